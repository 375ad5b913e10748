/** The value below which the share `q` of the values lies. */
export const quantile = (values: ReadonlyArray<number>, q: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
};

export const median = (values: ReadonlyArray<number>): number => quantile(values, 0.5);
export const p99 = (values: ReadonlyArray<number>): number => quantile(values, 0.99);

/** Milliseconds that one call takes. */
export const time = async (call: () => unknown): Promise<number> => {
  const startedAt = performance.now();
  await call();
  return performance.now() - startedAt;
};

/** Milliseconds of each of `count` calls, one after another; the calls before them that warm up are not among them. */
export const timeEach = async (
  count: number,
  call: (index: number) => unknown,
  warmUp = 0,
): Promise<ReadonlyArray<number>> => {
  for (let index = 0; index < warmUp; index += 1) await call(index);
  const times: Array<number> = [];
  for (let index = 0; index < count; index += 1) times.push(await time(() => call(index)));
  return times;
};

export const times = <A>(count: number, make: (index: number) => A): Array<A> =>
  Array.from({ length: count }, (_, index) => make(index));
