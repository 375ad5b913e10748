import type { EncodedChunk } from "../format.ts";
import { copy, LineWriter } from "./line-writer.ts";
import type { Scalar } from "./numbers.ts";

/** Where the values of a block stand. What stands behind a value, up to the line's end, counts as part of it. */
interface Values {
  readonly starts: Int32Array;
  readonly lengths: Uint16Array;
  readonly written: Float64Array;
}

/**
 * Lines of text. The block made after it takes over {@link takeValues} and copies the bytes; the text around the values is
 * never written anew.
 */
export class TextBlock implements EncodedChunk {
  readonly bytes: Uint8Array;
  #values: Values | undefined;

  constructor(bytes: Uint8Array, values: Values | undefined) {
    this.bytes = bytes;
    this.#values = values;
  }

  /** Hands the values over; `undefined` where the lines cannot be patched, or another block has taken them. */
  takeValues(): Values | undefined {
    const values = this.#values;
    this.#values = undefined;
    return values;
  }

  /** Takes the values back: nothing in them changed. */
  keepValues(values: Values): void {
    this.#values = values;
  }
}

/** Writes a block from nothing. */
export class TextBlockWriter {
  readonly lines = new LineWriter();
  #starts: Array<number> = [];
  #lengths: Array<number> = [];
  #written: Array<number> = [];
  #patchable = true;

  /** Begins a block; what was written before is dropped. */
  clear(): void {
    this.lines.clear();
    this.#starts = [];
    this.#lengths = [];
    this.#written = [];
    this.#patchable = true;
  }

  /** A value, what stands behind it, and the line's end. */
  value(value: Scalar, behind: string): void {
    const start = this.lines.length;
    this.lines.value(value);
    if (behind !== "") this.lines.text(behind);
    const length = this.lines.length - start;
    this.lines.text("\n");
    this.#starts.push(start);
    this.#lengths.push(length);
    this.#written.push(Number(value));
    if (typeof value === "bigint" || length > maxLength) this.#patchable = false;
  }

  /** Says that the next block cannot be made by changing values alone. */
  unpatchable(): void {
    this.#patchable = false;
  }

  take(): TextBlock {
    return new TextBlock(
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

/** Makes a block of the one before it by writing the values that changed. */
export class TextBlockPatch {
  /** The new values, one behind the other. */
  readonly #scratch = new LineWriter();
  /** Index and place in the scratch of each new value that is as long as the old one. */
  readonly #replaced: Array<number> = [];
  /** Index, place in the scratch, and length of each new value that is not. */
  readonly #moved: Array<number> = [];
  #previous: TextBlock = new TextBlock(new Uint8Array(0), undefined);
  #values: Values | undefined;

  /** Begins a patch; returns the values that stand in the block, `undefined` where it cannot be patched. */
  begin(block: TextBlock): Float64Array | undefined {
    this.#scratch.clear();
    this.#replaced.length = 0;
    this.#moved.length = 0;
    this.#previous = block;
    this.#values = block.takeValues();
    return this.#values?.written;
  }

  /** The value number `index` of the block is now `value`, and `behind` stands behind it; in the order of the block. */
  set(index: number, value: number, behind: string): void {
    const values = this.#values;
    if (values === undefined) return;
    values.written[index] = value;
    const scratch = this.#scratch;
    const from = scratch.length;
    scratch.value(value);
    if (behind !== "") scratch.text(behind);
    const length = scratch.length - from;
    if (length === values.lengths[index]) this.#replaced.push(index, from);
    else this.#moved.push(index, from, length);
  }

  finish(): TextBlock {
    const values = this.#values;
    this.#values = undefined;
    if (values === undefined) return this.#previous;
    if (this.#moved.length === 0 && this.#replaced.length === 0) {
      this.#previous.keepValues(values);
      return this.#previous;
    }
    const bytes = this.#moved.length > 0 ? this.#layOut(values) : this.#previous.bytes.slice();
    const { buffer } = this.#scratch;
    for (let at = 0; at < this.#replaced.length; at += 2) {
      const index = this.#replaced[at] ?? 0;
      const from = this.#replaced[at + 1] ?? 0;
      const start = values.starts[index] ?? 0;
      copy(buffer, from, from + (values.lengths[index] ?? 0), bytes, start);
    }
    return new TextBlock(bytes, values);
  }

  /**
   * Moves what stands between values whose length changed, and shifts the places of all behind them. The old bytes are copied
   * as one, so far to the right that each part then moves left, over what is done with.
   */
  #layOut({ starts, lengths }: Values): Uint8Array {
    const moved = this.#moved;
    const old = this.#previous.bytes;
    let shift = 0;
    let right = 0;
    for (let at = 0; at < moved.length; at += 3) {
      shift += (moved[at + 2] ?? 0) - (lengths[moved[at] ?? 0] ?? 0);
      right = Math.max(right, shift);
    }
    const size = old.length + shift;
    const bytes = new Uint8Array(old.length + right);
    bytes.set(old, right);
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
