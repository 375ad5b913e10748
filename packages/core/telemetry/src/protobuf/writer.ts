const encoder = new TextEncoder();

/**
 * Writes Protocol Buffers from the last byte to the first, so that the length of a message is known when it is due: a message
 * is its fields in reverse order, then {@link endMessage}.
 */
export class ProtobufWriter {
  #bytes = new Uint8Array(16_384);
  #view = new DataView(this.#bytes.buffer);
  #start = this.#bytes.length;

  /** How many bytes are written. */
  get length(): number {
    return this.#bytes.length - this.#start;
  }

  /** Forgets what is written. */
  clear(): void {
    this.#start = this.#bytes.length;
  }

  /** What is written, as an array of its own; the writer is empty then. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(this.#start);
    this.clear();
    return taken;
  }

  /** A tag of one byte, or any other. */
  byte(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.#start] = byte;
  }

  /** An integer that is not negative, as `int64`, `uint64`, an enumeration or a length. */
  varint(value: number): void {
    if (value < 0x80) {
      this.byte(value);
      return;
    }
    let size = 2;
    for (let rest = value / 0x4000; rest >= 1; rest /= 0x80) size += 1;
    this.#reserve(size);
    const last = this.#start + size - 1;
    let rest = value;
    for (let at = this.#start; at < last; at += 1) {
      this.#bytes[at] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[last] = rest;
  }

  /** An integer of any sign, as `int64`: a negative one takes ten bytes. */
  int64(value: number): void {
    if (value >= 0) {
      this.varint(value);
      return;
    }
    const size = 10;
    this.#reserve(size);
    let rest = BigInt.asUintN(64, BigInt(value));
    for (let at = this.#start; at < this.#start + size - 1; at += 1) {
      this.#bytes[at] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.#bytes[this.#start + size - 1] = Number(rest);
  }

  /** The four bytes of a `fixed32`; its tag is the caller's. */
  fixed32(value: number): void {
    this.#reserve(4);
    this.#view.setUint32(this.#start, value, true);
  }

  /** Bytes that are given as hex digits, two each. */
  hex(tag: number, digits: string): void {
    for (let at = digits.length - 2; at >= 0; at -= 2) {
      this.byte(Number.parseInt(digits.slice(at, at + 2), 16));
    }
    this.varint(digits.length / 2);
    this.byte(tag);
  }

  /** An integer of any sign, as `sint32` or `sint64`. */
  signed(value: number): void {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  double(tag: number, value: number): void {
    this.#reserve(9);
    this.#bytes[this.#start] = tag;
    this.#view.setFloat64(this.#start + 1, value, true);
  }

  /** An element of a packed field of doubles. */
  packedDouble(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#start, value, true);
  }

  /** The eight bytes of a `fixed64` or an `sfixed64`; its tag is the caller's. A `number` is a count: whole and not negative. */
  fixed64(value: number | bigint): void {
    this.#reserve(8);
    if (typeof value === "bigint") {
      this.#view.setBigInt64(this.#start, value, true);
    } else {
      this.#view.setUint32(this.#start, value % 2 ** 32, true);
      this.#view.setUint32(this.#start + 4, Math.floor(value / 2 ** 32), true);
    }
  }

  /** Overwrites the eight bytes of a number that begins this far from the end. */
  setDouble(fromEnd: number, value: number): void {
    this.#view.setFloat64(this.#bytes.length - fromEnd, value, true);
  }

  string(tag: number, text: string): void {
    const written = this.#ascii(text) ? text.length : this.#utf8(text);
    this.varint(written);
    this.byte(tag);
  }

  /** The bytes of `source` from `from` to `to`, the latter left out. */
  copy(source: Uint8Array, from: number, to: number): void {
    const size = to - from;
    this.#reserve(size);
    // Short runs are cheaper without a view.
    if (size > 64) this.#bytes.set(source.subarray(from, to), this.#start);
    else
      for (let offset = 0; offset < size; offset += 1)
        this.#bytes[this.#start + offset] = source[from + offset] ?? 0;
  }

  /** Makes a message of all that was written since the writer had `end` bytes. */
  endMessage(tag: number, end: number): void {
    this.varint(this.length - end);
    this.byte(tag);
  }

  /** Writes a text that is ASCII, and says whether it is; much quicker than the encoder, whose calls cost more than a name. */
  #ascii(text: string): boolean {
    const size = text.length;
    this.#reserve(size);
    for (let at = 0; at < size; at += 1) {
      const unit = text.charCodeAt(at);
      if (unit >= 0x80) {
        this.#start += size;
        return false;
      }
      this.#bytes[this.#start + at] = unit;
    }
    return true;
  }

  /** Encodes in the free space and moves the result to its place; how many bytes it has. */
  #utf8(text: string): number {
    const longest = 3 * text.length;
    if (longest > this.#start) this.#grow(longest);
    const { written } = encoder.encodeInto(text, this.#bytes.subarray(0, this.#start));
    this.#start -= written;
    this.#bytes.copyWithin(this.#start, 0, written);
    return written;
  }

  #reserve(size: number): void {
    if (size > this.#start) this.#grow(size);
    this.#start -= size;
  }

  #grow(size: number): void {
    const grown = new Uint8Array(2 * (this.#bytes.length + size));
    const start = grown.length - this.length;
    grown.set(this.#bytes.subarray(this.#start), start);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
    this.#start = start;
  }
}
