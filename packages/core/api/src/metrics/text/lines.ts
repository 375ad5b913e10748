import type { EncodedChunk } from "../format.ts";

const encoder = new TextEncoder();

/** The positions of a chunk's values. A suffix, up to the line's end, counts as part of its value. */
interface Values {
  readonly starts: Int32Array;
  readonly lengths: Uint16Array;
  readonly written: Float64Array;
}

/** Lines of text. The next chunk with the same series takes over {@link takeValues}, copies the bytes, and writes only values. */
export class EncodedLines implements EncodedChunk {
  #values: Values | undefined;

  constructor(
    readonly bytes: Uint8Array,
    values: Values | undefined,
  ) {
    this.#values = values;
  }

  /** Gives the values away; `undefined` where the lines cannot be patched, or another chunk has taken them. */
  takeValues(): Values | undefined {
    const values = this.#values;
    this.#values = undefined;
    return values;
  }

  /** Takes the values back, unchanged. */
  keepValues(values: Values): void {
    this.#values = values;
  }
}

/** Writes all lines of a chunk. */
export class LinesWriter {
  readonly lines = new LineWriter();
  #starts: Array<number> = [];
  #lengths: Array<number> = [];
  #written: Array<number> = [];
  #patchable = true;

  /** Begins a chunk. */
  clear(): void {
    this.lines.clear();
    this.#starts = [];
    this.#lengths = [];
    this.#written = [];
    this.#patchable = true;
  }

  /** A value, its suffix, and the line's end. */
  value(value: Scalar, suffix: string): void {
    const start = this.lines.length;
    this.lines.value(value);
    if (suffix !== "") this.lines.text(suffix);
    const length = this.lines.length - start;
    this.lines.text("\n");
    this.#starts.push(start);
    this.#lengths.push(length);
    this.#written.push(Number(value));
    if (typeof value === "bigint" || length > maxLength) this.#patchable = false;
  }

  /** Marks the chunk as one whose successor differs in more than values. */
  unpatchable(): void {
    this.#patchable = false;
  }

  take(): EncodedLines {
    return new EncodedLines(
      this.lines.take(),
      this.#patchable
        ? {
            starts: Int32Array.from(this.#starts),
            lengths: Uint16Array.from(this.#lengths),
            written: Float64Array.from(this.#written),
          }
        : undefined,
    );
  }
}

const maxLength = 65_535;

/** Makes a chunk of the one before it by writing the values that changed. */
export class LinesPatch {
  /** The new values that are longer or shorter than the old ones, one after another. */
  readonly #scratch = new LineWriter();
  /** Index, position in the scratch, and length of each of them. */
  readonly #moved: Array<number> = [];
  #previous: EncodedLines = new EncodedLines(new Uint8Array(0), undefined);
  #values: Values | undefined;
  /** The bytes of the chunk, with each new value that is as long as the old one. */
  #bytes: Uint8Array | undefined;
  /** The free bytes at their start. */
  #slack = 0;

  /**
   * Begins a patch; returns the values in the chunk, `undefined` where it cannot be patched. `slack` is the number of bytes by
   * which the text may grow before it is copied a second time; 0 where values seldom change their length.
   */
  begin(chunk: EncodedLines, slack: number): Float64Array | undefined {
    this.#slack = slack;
    this.#scratch.clear();
    this.#moved.length = 0;
    this.#bytes = undefined;
    this.#previous = chunk;
    this.#values = chunk.takeValues();
    return this.#values?.written;
  }

  /** Replaces the value at `index`, and its suffix. Called in ascending order. */
  set(index: number, value: number, suffix: string): void {
    const values = this.#values;
    if (values === undefined) return;
    values.written[index] = value;
    const bytes = (this.#bytes ??= copyAfter(this.#slack, this.#previous.bytes));
    const start = this.#slack + (values.starts[index] ?? 0);
    const oldLength = values.lengths[index] ?? 0;
    if (suffix === "" && isPlainInteger(value) && countDigits(value | 0) === oldLength) {
      writeDigits(value | 0, bytes, start + oldLength);
      return;
    }
    const scratch = this.#scratch;
    const from = scratch.length;
    scratch.value(value);
    if (suffix !== "") scratch.text(suffix);
    const length = scratch.length - from;
    if (length === oldLength) {
      copy(scratch.buffer, from, from + length, bytes, start);
      scratch.clear(from);
    } else this.#moved.push(index, from, length);
  }

  finish(): EncodedLines {
    const values = this.#values;
    const bytes = this.#bytes;
    this.#values = undefined;
    this.#bytes = undefined;
    if (values === undefined) return this.#previous;
    if (bytes === undefined) {
      this.#previous.keepValues(values);
      return this.#previous;
    }
    const isMoved = this.#moved.length > 0;
    return new EncodedLines(
      isMoved ? this.#layOut(bytes, values) : withoutStart(bytes, this.#slack),
      values,
    );
  }

  /**
   * Moves the text between values whose length changed, and shifts the positions of all later values. The text begins so far to
   * the right that each part moves left, over bytes that were moved before.
   */
  #layOut(patched: Uint8Array, { starts, lengths }: Values): Uint8Array {
    const moved = this.#moved;
    const slack = this.#slack;
    let shift = 0;
    let right = slack;
    for (let at = 0; at < moved.length; at += 3) {
      shift += (moved[at + 2] ?? 0) - (lengths[moved[at] ?? 0] ?? 0);
      right = Math.max(right, shift);
    }
    const size = patched.length - slack + shift;
    const bytes = right > slack ? copyAfter(right, withoutStart(patched, slack)) : patched;
    const { buffer } = this.#scratch;
    let read = 0;
    let at = 0;
    shift = 0;
    for (let index = moved[0] ?? 0; index < starts.length; index += 1) {
      const start = starts[index] ?? 0;
      starts[index] = start + shift;
      if (index !== moved[at]) continue;
      const from = moved[at + 1] ?? 0;
      const length = moved[at + 2] ?? 0;
      const oldLength = lengths[index] ?? 0;
      bytes.copyWithin(read + shift, read + right, start + right);
      copy(buffer, from, from + length, bytes, start + shift);
      read = start + oldLength;
      shift += length - oldLength;
      lengths[index] = length;
      at += 3;
    }
    bytes.copyWithin(read + shift, read + right);
    return bytes.subarray(0, size);
  }
}

/** A copy of bytes with `free` unused ones before them; with none it takes half of the time. */
const copyAfter = (free: number, bytes: Uint8Array): Uint8Array => {
  if (free === 0) return bytes.slice();
  const copied = new Uint8Array(free + bytes.length);
  copied.set(bytes, free);
  return copied;
};

const withoutStart = (bytes: Uint8Array, length: number): Uint8Array =>
  length === 0 ? bytes : bytes.subarray(length);

/** A growing buffer of UTF-8 text. */
export class LineWriter {
  #buffer = new Uint8Array(64 * 1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The text so far, at its start. Text written after a {@link clear} overwrites it. */
  get buffer(): Uint8Array {
    return this.#buffer;
  }

  clear(length = 0): void {
    this.#length = length;
  }

  /** A copy of the text so far. */
  take(): Uint8Array {
    return this.#buffer.slice(0, this.#length);
  }

  text(text: string): void {
    // A code unit takes three bytes at most.
    this.#reserve(text.length * 3);
    const buffer = this.#buffer;
    const start = this.#length;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      if (code > 127) {
        this.#length = start + encoder.encodeInto(text, buffer.subarray(start)).written;
        return;
      }
      buffer[start + index] = code;
    }
    this.#length = start + text.length;
  }

  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    copy(bytes, 0, bytes.length, this.#buffer, this.#length);
    this.#length += bytes.length;
  }

  /** Repeats the text between two positions. */
  repeat(start: number, end: number): void {
    this.#reserve(end - start);
    this.#buffer.copyWithin(this.#length, start, end);
    this.#length += end - start;
  }

  /** A sample's value, as {@link formatValue} writes it. */
  value(value: Scalar): void {
    if (isPlainInteger(value)) {
      this.#reserve(9);
      this.#length += countDigits(value);
      writeDigits(value, this.#buffer, this.#length);
    } else {
      this.text(formatValue(value));
    }
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#buffer.length * 2));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }
}

/** Copies bytes; for the few between two values, a loop is faster than a view. */
const copy = (from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): void => {
  if (end - start > 96) {
    to.set(from.subarray(start, end), at);
    return;
  }
  for (let index = start; index < end; index += 1) to[at + index - start] = from[index] ?? 0;
};

/** Whether the value is written as up to nine digits. */
const isPlainInteger = (value: Scalar): value is number =>
  typeof value === "number" && (value | 0) === value && value >= 0 && value < 1e9;

/** Writes the digits of a plain integer so that they end before `end`. */
const writeDigits = (value: number, buffer: Uint8Array, end: number): void => {
  let rest = value | 0;
  let at = end;
  do {
    const next = (rest / 10) | 0;
    at -= 1;
    buffer[at] = 48 + rest - next * 10;
    rest = next;
  } while (rest > 0);
};

const countDigits = (value: number): number =>
  value < 10_000
    ? value < 100
      ? value < 10
        ? 1
        : 2
      : value < 1000
        ? 3
        : 4
    : value < 1_000_000
      ? value < 100_000
        ? 5
        : 6
      : value < 10_000_000
        ? 7
        : value < 100_000_000
          ? 8
          : 9;

/** A sample's value. Effect counts in `bigint` where a metric asks for it; its digits are written whole. */
export type Scalar = number | bigint;

/** A sample's value as Go's `ParseFloat` reads it and text formats ask for: shortest decimal digits, `NaN`, `+Inf` or `-Inf`. */
export const formatValue = (value: Scalar): string => {
  if (typeof value === "bigint") {
    return Number.isFinite(Number(value)) ? value.toString() : value > 0n ? "+Inf" : "-Inf";
  }
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
};
