import type { Redactor } from "@executor/sdk";
import { plainText } from "./plain-text.ts";
import { concatenate } from "./redacted-lines.ts";

/** Bytes that are kept of the beginning and of the end: enough that no credential stands at the edge of what is shown. */
const maxHeadBytes = 64 * 1024;
const maxTailBytes = 256 * 1024;

/** Characters that are shown of each. */
const shownChars = 1_000;

/**
 * What a program wrote to its standard error, as far as it is kept: programs say why they end at the beginning, before they explain
 * their use, or at the end, after what they logged.
 */
export class ErrorOutput {
  readonly #head: Array<Uint8Array> = [];
  readonly #tail: Array<Uint8Array> = [];
  #headBytes = 0;
  #tailBytes = 0;
  #isCut = false;

  keep(chunk: Uint8Array): void {
    if (this.#headBytes < maxHeadBytes) {
      const part = chunk.subarray(0, maxHeadBytes - this.#headBytes);
      this.#head.push(part);
      this.#headBytes += part.byteLength;
      if (part.byteLength < chunk.byteLength) this.keep(chunk.subarray(part.byteLength));
      return;
    }
    this.#tail.push(chunk);
    this.#tailBytes += chunk.byteLength;
    let [first] = this.#tail;
    while (first !== undefined && this.#tailBytes - first.byteLength >= maxTailBytes) {
      this.#tailBytes -= first.byteLength;
      this.#isCut = true;
      this.#tail.shift();
      [first] = this.#tail;
    }
  }

  /** Its beginning and its end as text, without credentials and without what a terminal would obey. */
  text(redactor: Redactor): string {
    const textOf = (parts: ReadonlyArray<Uint8Array>): string =>
      plainText(new TextDecoder().decode(redactor.bytes(concatenate(parts)))).trim();
    const head = textOf(this.#isCut ? this.#head : [...this.#head, ...this.#tail]);
    if (!this.#isCut && head.length <= 2 * shownChars) return head;
    const end = this.#isCut ? textOf(this.#tail) : head;
    return `${head.slice(0, shownChars).toWellFormed()} […] ${end.slice(-shownChars).toWellFormed()}`;
  }
}
