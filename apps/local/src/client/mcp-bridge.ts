import {
  isInitializeRequest,
  isJSONRPCErrorResponse,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
} from "@modelcontextprotocol/sdk/types.js";
import type { JSONRPCMessage, RequestId } from "@modelcontextprotocol/sdk/types.js";
import { setTimeout as sleep } from "node:timers/promises";
import { isRefused } from "./reach.ts";
import { DaemonSession } from "./mcp-session.ts";
import { errorMessage, messagesOf } from "./mcp-messages.ts";

export interface BridgeOptions {
  /** The daemon's endpoint. */
  readonly url: string;
  /** Takes what is for the client. */
  readonly send: (message: JSONRPCMessage) => Promise<void>;
  /** Tells the person who reads the client's log. */
  readonly warn: (text: string) => void;
  /** What to say where no daemon answers. */
  readonly noDaemon: string;
}

const sessionLost = 404;
const relistenMs = 1_000;
const lost =
  "The daemon ended before it had answered. What the code had done by then stays done; see its log.";

/** Carries messages between a client on one side and the daemon on the other; every request of the client gets an answer. */
export class Bridge {
  readonly #options: BridgeOptions;
  /** Messages go out one after another, so that none overtakes another. */
  #outgoing: Promise<unknown> = Promise.resolve();
  #initialize: JSONRPCMessage | undefined;
  #session: DaemonSession | undefined;
  readonly #unanswered = new Set<RequestId>();
  #ended = false;

  constructor(options: BridgeOptions) {
    this.#options = options;
  }

  /** Takes a message of the client's. */
  receive(message: JSONRPCMessage): void {
    if (isJSONRPCRequest(message)) this.#unanswered.add(message.id);
    const cancelled = cancelledRequest(message);
    if (cancelled !== undefined) this.#unanswered.delete(cancelled);
    this.#outgoing = this.#outgoing.then(() =>
      this.#forward(message).catch((error: unknown) => this.#fail(message, this.#explain(error))),
    );
  }

  /** Sends what was received before, and ends the session. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.#outgoing;
    await this.#session?.end();
  }

  async #forward(message: JSONRPCMessage): Promise<void> {
    if (isInitializeRequest(message)) return this.#begin(message);
    if (this.#session === undefined) await this.#beginAgain();
    let response = await this.#session?.post(message);
    if (response?.status === sessionLost) {
      await response.body?.cancel();
      await this.#beginAgain();
      response = await this.#session?.post(message);
    }
    if (response !== undefined) void this.#deliver(message, response);
  }

  async #begin(initialize: JSONRPCMessage): Promise<void> {
    this.#initialize = initialize;
    const { answer, session } = await DaemonSession.begin(this.#options.url, initialize);
    await this.#toClient(answer);
    this.#use(session);
  }

  /** After the daemon was started again, the client goes on in a session that is new to the daemon and none to the client. */
  async #beginAgain(): Promise<void> {
    if (this.#initialize === undefined) {
      throw new Error("The first message of a session is initialize. Send it before others.");
    }
    const { session } = await DaemonSession.begin(this.#options.url, this.#initialize);
    await session?.post({ jsonrpc: "2.0", method: "notifications/initialized" });
    this.#use(session);
  }

  #use(session: DaemonSession | undefined): void {
    this.#session = session;
    if (session !== undefined) void this.#listen(session);
  }

  /** Passes on what the daemon says unasked, as long as the session is the one in use. */
  async #listen(session: DaemonSession): Promise<void> {
    while (!this.#ended && this.#session === session) {
      try {
        const response = await session.listen();
        if (response.status === sessionLost) return;
        if (response.ok)
          for await (const message of messagesOf(response)) await this.#toClient(message);
      } catch {
        // The daemon is away. It may come back, and the next request finds out.
      }
      await sleep(relistenMs, undefined, { ref: false });
    }
  }

  /** Passes on the reply to one message. A request whose reply ends without its answer is answered here. */
  async #deliver(message: JSONRPCMessage, response: Response): Promise<void> {
    let problem = lost;
    try {
      for await (const answer of messagesOf(response)) {
        if (response.ok) await this.#toClient(answer);
        else if (isJSONRPCErrorResponse(answer)) problem = answer.error.message;
      }
    } catch {
      // The stream broke, or the reply was none: said below.
    }
    if (!this.#ended) await this.#fail(message, problem);
  }

  async #fail(message: JSONRPCMessage, problem: string): Promise<void> {
    if (!isJSONRPCRequest(message) || !this.#unanswered.has(message.id)) return;
    this.#options.warn(problem);
    await this.#toClient(errorMessage(message.id, problem));
  }

  async #toClient(message: JSONRPCMessage): Promise<void> {
    if (isJSONRPCResultResponse(message) || isJSONRPCErrorResponse(message)) {
      if (message.id !== undefined) this.#unanswered.delete(message.id);
    }
    await this.#options.send(message);
  }

  #explain(error: unknown): string {
    if (isRefused(error)) return this.#options.noDaemon;
    if (!(error instanceof Error)) return String(error);
    return "code" in error ? lost : error.message;
  }
}

const cancelledRequest = (message: JSONRPCMessage): RequestId | undefined => {
  if (!("method" in message) || message.method !== "notifications/cancelled") return undefined;
  const id = message.params?.["requestId"];
  return typeof id === "string" || typeof id === "number" ? id : undefined;
};
