import type { ElicitationResult, JsonObject, Progress } from "@executor/sdk";
import { Data } from "effect";
import { AsyncLocalStorage } from "node:async_hooks";
import type { Exchange } from "../transports/exchange.ts";

/** What an MCP server asks in the middle of a call (MCP 2025-11-25, "Elicitation", form mode). */
export interface Question {
  readonly message: string;
  /** JSON Schema of a flat object. */
  readonly requestedSchema: JsonObject;
}

/** A call of a tool that the server has not answered yet. */
export interface CallInFlight {
  readonly exchange: Exchange;
  /** Sent with the call, and by the server with each progress notification. */
  readonly progressToken: number;
  /** Where the server runs the call as a task, the task's id. */
  taskId: string | undefined;
  readonly report: (progress: Progress) => void;
  /** Asks the person behind the call. Rejects where there is nobody, and when `signal` aborts. */
  readonly ask: (question: Question, signal: AbortSignal) => Promise<ElicitationResult>;
}

/** A question that cannot be put to anybody. The message goes to the server. */
export class NoAsker extends Data.TaggedError("NoAsker")<{ readonly message: string }> {}

interface Held {
  /** The calls that may have asked. */
  readonly candidates: Set<CallInFlight>;
  readonly found: (asker: CallInFlight) => void;
  readonly refuse: (reason: NoAsker) => void;
}

/**
 * The calls under way on one connection, and which of them a server's question belongs to. MCP does not say it in the
 * message. It is told by the stream that a question arrives on (streamable HTTP) and by the task that it names; else the
 * question waits until only one of the calls that were under way when it came is left. A wrong guess would show one
 * caller's question to another.
 */
export class CallsInFlight {
  /** The exchange whose reply's stream is being read: set while a request is sent, and kept by what follows from it. */
  readonly current = new AsyncLocalStorage<Exchange>();
  readonly #calls = new Map<number, CallInFlight>();
  readonly #asking = new Set<CallInFlight>();
  readonly #held = new Set<Held>();

  start(call: CallInFlight): void {
    this.#calls.set(call.progressToken, call);
  }

  end(call: CallInFlight): void {
    this.#calls.delete(call.progressToken);
    this.#asking.delete(call);
    for (const held of this.#held) held.candidates.delete(call);
    this.#settle();
  }

  find(progressToken: unknown): CallInFlight | undefined {
    return this.#calls.get(Number(progressToken));
  }

  /** Puts the server's question to whom it belongs. Rejects with a {@link NoAsker} where that cannot be told. */
  async ask(
    question: Question,
    taskId: string | undefined,
    signal: AbortSignal,
  ): Promise<ElicitationResult> {
    const call = this.#known(taskId) ?? (await this.#onlyPossible(signal));
    this.#asking.add(call);
    for (const held of this.#held) held.candidates.delete(call);
    this.#settle();
    try {
      return await call.ask(question, signal);
    } finally {
      this.#asking.delete(call);
    }
  }

  #known(taskId: string | undefined): CallInFlight | undefined {
    const exchange = this.current.getStore();
    return [...this.#calls.values()].find(
      (call) => call.exchange === exchange || (taskId !== undefined && call.taskId === taskId),
    );
  }

  #onlyPossible(signal: AbortSignal): Promise<CallInFlight> {
    return new Promise((resolve, reject) => {
      const held: Held = {
        candidates: new Set([...this.#calls.values()].filter((call) => !this.#asking.has(call))),
        found: resolve,
        refuse: reject,
      };
      this.#held.add(held);
      signal.addEventListener("abort", () => {
        this.#held.delete(held);
        reject(new NoAsker({ message: "The question was withdrawn." }));
      });
      this.#settle();
    });
  }

  #settle(): void {
    for (const held of this.#held) {
      const [first, second] = held.candidates;
      if (second !== undefined) continue;
      this.#held.delete(held);
      if (first !== undefined) held.found(first);
      else held.refuse(nobody);
    }
    const stuck = [...this.#held].filter(({ candidates }) => candidates.size <= this.#held.size);
    for (const held of stuck) {
      this.#held.delete(held);
      held.refuse(ambiguous);
    }
  }
}

const nobody = new NoAsker({ message: "No tool call is under way that could have asked." });

const ambiguous = new NoAsker({
  message:
    "Several calls asked at once, and the server does not say which question is whose. Call the tools one after the other.",
});
