import { formatValue } from "./numbers.ts";
import type { Scalar } from "./numbers.ts";

const encoder = new TextEncoder();

/** A growing buffer of UTF-8 text. */
export class LineWriter {
  #buffer = new Uint8Array(64 * 1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** What was written up to now. It is overwritten by what is written after a {@link clear}. */
  get buffer(): Uint8Array {
    return this.#buffer;
  }

  clear(length = 0): void {
    this.#length = length;
  }

  /** A copy of what was written. */
  take(): Uint8Array {
    return this.#buffer.slice(0, this.#length);
  }

  text(text: string): void {
    // Three bytes are the most that a code unit becomes.
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

  /** Writes again what stands between two places. */
  again(start: number, end: number): void {
    this.#reserve(end - start);
    this.#buffer.copyWithin(this.#length, start, end);
    this.#length += end - start;
  }

  /** A sample's value, as {@link formatValue} writes it. */
  value(value: Scalar): void {
    if (typeof value === "number" && (value | 0) === value && value >= 0 && value < 1e9) {
      this.#digits(value);
    } else {
      this.text(formatValue(value));
    }
  }

  #digits(value: number): void {
    this.#reserve(9);
    const buffer = this.#buffer;
    const end = this.#length + countDigits(value);
    this.#length = end;
    let rest = value | 0;
    let at = end;
    do {
      const next = (rest / 10) | 0;
      at -= 1;
      buffer[at] = 48 + rest - next * 10;
      rest = next;
    } while (rest > 0);
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#buffer.length * 2));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }
}

/** Copies bytes; a loop is faster than a view for the few that stand between two values. */
export const copy = (
  from: Uint8Array,
  start: number,
  end: number,
  to: Uint8Array,
  at: number,
): void => {
  if (end - start > 96) {
    to.set(from.subarray(start, end), at);
    return;
  }
  for (let index = start; index < end; index += 1) to[at + index - start] = from[index] ?? 0;
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
