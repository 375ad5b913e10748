const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** Lines that are passed on in one turn of the event loop. */
const turnLines = 50;

/** Bytes that cost as much as a line. */
const unitBytes = 16 * 1024;

/** Units, each a line or 16 KiB, that a server may send in a burst, and for how many milliseconds each counts. */
const burst = 2_000;
const unitMs = 2.5;

/** Lines of a reply in a stream of events: the event's type, its id, the message, and the empty line at its end. */
const replyLines = 4;

/**
 * The pace at which a server's output is read: after a burst of 2,000 lines, or 32 MiB, 400 lines or 6 MiB a second. What the
 * server sends faster waits at the server. Every message costs the daemon work, and a reply to a ping a request, so that a server
 * could otherwise keep everybody waiting. Replies that are awaited do not count, except for their length.
 */
export class Pace {
  /** Milliseconds at which all that was read is paid (the generic cell rate algorithm, ITU-T I.371). */
  #paidAt = 0;

  /** Allows for the reply to a request of the daemon's own. */
  awaitReply(): void {
    this.#paidAt -= replyLines * unitMs;
  }

  /** The chunk in parts, each as soon as it may be handled. */
  async *parts(chunk: Uint8Array): AsyncGenerator<Uint8Array, void> {
    for (let start = 0; start < chunk.length;) {
      const { end, lines } = partFrom(chunk, start);
      const wait = this.#pay(lines + (end - start) / unitBytes);
      if (wait > 0 || (start > 0 && lines > 0)) await new Promise((done) => setTimeout(done, wait));
      yield chunk.subarray(start, end);
      start = end;
    }
  }

  /** Milliseconds to wait for so many units. */
  #pay(units: number): number {
    const now = performance.now();
    this.#paidAt = Math.max(this.#paidAt, now) + units * unitMs;
    return Math.max(0, this.#paidAt - now - burst * unitMs);
  }
}

/** Where a part of at most {@link turnLines} lines ends. */
const partFrom = (chunk: Uint8Array, start: number): { end: number; lines: number } => {
  let lines = 0;
  let end = start;
  while (end < chunk.length && lines < turnLines) {
    const byte = chunk[end];
    end += 1;
    if (byte === lineFeed || (byte === carriageReturn && chunk[end] !== lineFeed)) lines += 1;
  }
  return { end, lines };
};

/** Counts the bytes of an event (HTML, "Server-sent events"), which ends with an empty line, over the chunks that bring it. */
export const eventSize = (): ((chunk: Uint8Array) => number) => {
  let size = 0;
  let lineSize = 0;
  let previous: number | undefined;
  return (chunk) => {
    for (const byte of chunk) {
      size += 1;
      if (byte === lineFeed || byte === carriageReturn) {
        const endsPair = byte === lineFeed && previous === carriageReturn;
        if (lineSize === 0 && !endsPair) size = 0;
        lineSize = 0;
      } else lineSize += 1;
      previous = byte;
    }
    return size;
  };
};
