/** A field of a message: an integer, or the bytes of a string or a message. Fields of other wire types are skipped. */
export type Field = readonly [number: number, value: bigint | Uint8Array];

/** Fields of a message in order; `undefined` where a byte is cut off or invalid. */
export const readFields = (bytes: Uint8Array): ReadonlyArray<Field> | undefined => {
  const fields: Array<Field> = [];
  let at = 0;
  const varint = (): bigint | undefined => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at];
      if (byte === undefined) return undefined;
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    return undefined;
  };
  while (at < bytes.length) {
    const key = varint();
    if (key === undefined) return undefined;
    const field = Number(key >> 3n);
    if (field === 0) return undefined;
    const wireType = Number(key & 7n);
    if (wireType === 1) at += 8;
    else if (wireType === 5) at += 4;
    else {
      const value = wireType === 0 || wireType === 2 ? varint() : undefined;
      if (value === undefined) return undefined;
      if (wireType === 0) fields.push([field, value]);
      else if (value > BigInt(bytes.length - at)) return undefined;
      else {
        const end = at + Number(value);
        fields.push([field, bytes.subarray(at, end)]);
        at = end;
      }
    }
  }
  return at === bytes.length ? fields : undefined;
};
