/** Numbers from 0 to 1 that a seed decides (mulberry32). */
export type Random = () => number;

export const randomFrom = (seed: number): Random => {
  let state = Math.trunc(seed);
  return () => {
    state = (state + 0x6d2b79f5) % 0x1_0000_0000;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
};

export const pick = <A>(random: Random, from: ReadonlyArray<A>): A | undefined =>
  from[Math.floor(random() * from.length)];
