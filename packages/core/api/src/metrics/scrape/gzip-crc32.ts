/** CRC-32 as gzip has it (RFC 1952, section 8): the reflected polynomial, whose highest bit stands for x^0. */
const polynomial = 0xedb88320;

/** The product of two polynomials modulo CRC-32's. */
const multiply = (left: number, right: number): number => {
  let product = 0;
  let shifted = right;
  for (let bit = 31; bit >= 0; bit--) {
    if ((left >>> bit) & 1) product ^= shifted;
    shifted = shifted & 1 ? (shifted >>> 1) ^ polynomial : shifted >>> 1;
  }
  return product >>> 0;
};

/** x^(2^n) for n from 0 to 31. */
const squares: ReadonlyArray<number> = Array.from({ length: 31 }).reduce<Array<number>>(
  (all) => {
    const last = all.at(-1) ?? 0;
    return [...all, multiply(last, last)];
  },
  [1 << 30],
);

/**
 * What {@link combineCrc32} needs to know of the length of what is appended, less than 2^29 bytes: x^(8 * bytes). It costs
 * more than the combination, so it is worth keeping.
 */
export const crc32Shift = (bytes: number): number => {
  let power = 1 << 31;
  for (let rest = bytes, n = 3; rest > 0; rest >>>= 1, n++) {
    if (rest & 1) power = multiply(squares[n] ?? 0, power);
  }
  return power >>> 0;
};

/** The CRC-32 of two runs of bytes, one after the other, from the CRC-32 of each and the shift of the second one's length. */
export const combineCrc32 = (first: number, second: number, secondShift: number): number =>
  (multiply(secondShift, first) ^ second) >>> 0;
