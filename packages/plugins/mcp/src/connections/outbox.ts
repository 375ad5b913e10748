import type { JSONRPCMessage } from "@modelcontextprotocol/client";
import { setTimeout as sleep } from "node:timers/promises";
import { McpFailure } from "../failures.ts";
import { Turns } from "./turns.ts";

/** Messages that are sent at the same time, and milliseconds after which one is given up. */
const maxUnderWay = 8;
const limitMs = 10_000;

/** Messages that are not sent yet, and their characters in all, after which the connection is. */
const maxHeld = 2_000;
const maxHeldChars = 16 * 1024 * 1024;

export interface OutboxOptions {
  /** Sends a message; the signal gives it up. */
  readonly send: (message: JSONRPCMessage, signal: AbortSignal) => Promise<void>;
  /** Called when the server wants more answers than it takes. */
  readonly onFull: (failure: McpFailure) => void;
}

/**
 * Messages that nobody waits for: answers to a server's requests, and cancellations. A server that asks and does not take the answers
 * would otherwise hold memory, and every request that this process can have under way at the same time.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #turns = new Turns(maxUnderWay);
  readonly #closed = new AbortController();
  #held = 0;
  #heldChars = 0;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Sends a message in its turn. Ends when it was sent or given up; never rejects. */
  async post(message: JSONRPCMessage): Promise<void> {
    const chars = JSON.stringify(message).length;
    if (this.#held >= maxHeld || this.#heldChars + chars > maxHeldChars) {
      this.#options.onFull(takesNoAnswers);
      return;
    }
    this.#held += 1;
    this.#heldChars += chars;
    await this.#sendInTurn(message).catch(() => undefined);
    this.#held -= 1;
    this.#heldChars -= chars;
  }

  /** Gives up all that was not sent. */
  close(): void {
    this.#closed.abort();
  }

  async #sendInTurn(message: JSONRPCMessage): Promise<void> {
    const endTurn = await this.#turns.take(this.#closed.signal);
    const givenUp = new AbortController();
    const settled = new AbortController();
    try {
      const signal = AbortSignal.any([settled.signal, this.#closed.signal]);
      await Promise.race([
        this.#options.send(message, givenUp.signal),
        sleep(limitMs, undefined, { signal, ref: false }),
      ]);
    } finally {
      settled.abort();
      givenUp.abort();
      endTurn();
    }
  }
}

const takesNoAnswers = new McpFailure({
  reason: "connection_error",
  message: `The MCP server asked for more than ${maxHeld} answers, or ${maxHeldChars / 1024 / 1024} MiB, that it did not take, and the connection was closed. Correct the server: it has to read what it asks for. A call that was under way may have worked: check before calling again.`,
});
