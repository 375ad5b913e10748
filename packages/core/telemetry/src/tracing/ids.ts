/** Random bytes are drawn in bulk: a call for sixteen of them costs more than they do. */
const pool = new Uint8Array(4_096);
let next = pool.length;

const hexOf = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Random bytes as lower-case hex digits; never all zero, which W3C Trace Context calls invalid. */
const randomHex = (bytes: number): string => {
  if (next + bytes > pool.length) {
    crypto.getRandomValues(pool);
    next = 0;
  }
  let text = "";
  let sum = 0;
  for (const end = next + bytes; next < end; next += 1) {
    const byte = pool[next] ?? 0;
    sum += byte;
    text += hexOf[byte] ?? "";
  }
  return sum === 0 ? randomHex(bytes) : text;
};

/** Thirty-two hex digits. */
export const randomTraceId = (): string => randomHex(16);

/** Sixteen hex digits. */
export const randomSpanId = (): string => randomHex(8);
