import type { Redactor } from "@executor/sdk";
import { exactLines } from "./exact-messages.ts";
import { tidyLines } from "./tidy-messages.ts";

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** The field of an event that holds a message (HTML, "Server-sent events"). */
const dataField = new TextEncoder().encode("data:");

/**
 * A stream of messages, one in a line, with the credentials in them replaced and their big integers as text. A line is held back until it is whole: MCP's
 * messages have no line breaks inside, so nobody can use a part of one.
 */
export class RedactedLines {
  readonly #redactor: Redactor;
  #held: Array<Uint8Array> = [];
  #heldBytes = 0;

  constructor(redactor: Redactor) {
    this.#redactor = redactor;
  }

  /** Bytes of the line that is not whole yet. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** The lines that this chunk completes. */
  push(chunk: Uint8Array): Uint8Array {
    const end = Math.max(chunk.lastIndexOf(lineFeed), chunk.lastIndexOf(carriageReturn)) + 1;
    this.#hold(chunk.subarray(0, end));
    const lines = end === 0 ? new Uint8Array() : this.#take();
    this.#hold(chunk.subarray(end));
    return tidyLines(exactLines(redactLines(lines, this.#redactor)));
  }

  /** What is left at the end of the stream. */
  end(): Uint8Array {
    return tidyLines(exactLines(redactLines(this.#take(), this.#redactor)));
  }

  #hold(chunk: Uint8Array): void {
    if (chunk.byteLength === 0) return;
    this.#held.push(chunk);
    this.#heldBytes += chunk.byteLength;
  }

  #take(): Uint8Array {
    const taken = concatenate(this.#held);
    this.#held = [];
    this.#heldBytes = 0;
    return taken;
  }
}

const redactLines = (lines: Uint8Array, redactor: Redactor): Uint8Array => {
  if (!redactor.holds(lines)) return lines;
  const parts: Array<Uint8Array> = [];
  for (let start = 0; start < lines.length;) {
    const lineBreak = lines.indexOf(lineFeed, start);
    const end = lineBreak === -1 ? lines.length : lineBreak + 1;
    const line = lines.subarray(start, end);
    const isData = dataField.every((byte, at) => line[at] === byte);
    const message = isData ? dataField.length : 0;
    parts.push(line.subarray(0, message), redactor.bytes(line.subarray(message)));
    // A replacement may have taken the line break, for example where a value ends with one.
    if (lineBreak !== -1 && parts.at(-1)?.at(-1) !== lineFeed) parts.push(Uint8Array.of(lineFeed));
    start = end;
  }
  return concatenate(parts);
};

export const concatenate = (parts: ReadonlyArray<Uint8Array>): Uint8Array => {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.byteLength, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.byteLength;
  }
  return whole;
};
