/** A short name for a text, the same in every process: 53 bits of two FNV-1a hashes in base 36. Not for secrets. */
export const fingerprint = (source: string): string => {
  let low = 0x811c9dc5;
  let high = 0xcbf29ce4;
  for (let index = 0; index < source.length; index += 1) {
    const code = source.charCodeAt(index);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ (code + index), 0x01000193);
  }
  return ((high >>> 11) * 0x1_0000_0000 + (low >>> 0)).toString(36);
};
