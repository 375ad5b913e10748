import { ElicitationUnavailable } from "@executor/sdk";
import type { ElicitationRequest, ElicitationResult, Progress } from "@executor/sdk";
import { AsyncLocalStorage } from "node:async_hooks";
import type { PendingRequest } from "../transports/reply-body.ts";

/** A question that an MCP server asks during a call (MCP 2025-11-25, "Elicitation", form mode). */
export type Question = Pick<ElicitationRequest, "message" | "requestedSchema">;

/** A tool call that the server has not answered yet. */
export interface CallInFlight {
  readonly request: PendingRequest;
  /** Sent with the call; the server repeats it in each progress notification. */
  readonly progressToken: number;
  /** The task's id if the server runs the call as a task. */
  taskId: string | undefined;
  readonly report: (progress: Progress) => void;
  /** Asks the person who waits for the call. Rejects if nobody can be asked, and when `signal` aborts. */
  readonly ask: (question: Question, signal: AbortSignal) => Promise<ElicitationResult>;
}

interface WaitingQuestion {
  /** The calls that it may belong to. */
  readonly candidates: Set<CallInFlight>;
  readonly found: (call: CallInFlight) => void;
  readonly refuse: (reason: ElicitationUnavailable) => void;
}

/**
 * The calls under way on one connection. It finds the call that a server's question belongs to, which MCP's message does not
 * say: by the stream on which the question arrives (streamable HTTP) or by the task that it names. Any other question waits
 * until only one of the calls that were under way at its arrival is left. A wrong guess would show one caller's question to
 * another caller.
 */
export class CallsInFlight {
  /** The request whose reply is being read: set while a request is sent, and inherited by the callbacks for its reply. */
  readonly current = new AsyncLocalStorage<PendingRequest>();
  readonly #calls = new Map<number, CallInFlight>();
  readonly #asking = new Set<CallInFlight>();
  readonly #waiting = new Set<WaitingQuestion>();

  start(call: CallInFlight): void {
    this.#calls.set(call.progressToken, call);
  }

  end(call: CallInFlight): void {
    this.#calls.delete(call.progressToken);
    this.#asking.delete(call);
    this.#exclude(call);
  }

  find(progressToken: unknown): CallInFlight | undefined {
    return this.#calls.get(Number(progressToken));
  }

  /** Asks the person of the call that a question belongs to. Rejects with {@link ElicitationUnavailable} if the call is unknown. */
  async ask(
    question: Question,
    taskId: string | undefined,
    signal: AbortSignal,
  ): Promise<ElicitationResult> {
    const call = this.#known(taskId) ?? (await this.#onlyPossible(signal));
    this.#asking.add(call);
    this.#exclude(call);
    try {
      return await call.ask(question, signal);
    } finally {
      this.#asking.delete(call);
    }
  }

  #known(taskId: string | undefined): CallInFlight | undefined {
    const request = this.current.getStore();
    return [...this.#calls.values()].find(
      (call) => call.request === request || (taskId !== undefined && call.taskId === taskId),
    );
  }

  #onlyPossible(signal: AbortSignal): Promise<CallInFlight> {
    return new Promise((resolve, reject) => {
      const question: WaitingQuestion = {
        candidates: new Set([...this.#calls.values()].filter((call) => !this.#asking.has(call))),
        found: resolve,
        refuse: reject,
      };
      this.#waiting.add(question);
      signal.addEventListener("abort", () => {
        this.#waiting.delete(question);
        reject(new ElicitationUnavailable({ message: "The question was withdrawn." }));
      });
      this.#settle();
    });
  }

  #exclude(call: CallInFlight): void {
    for (const { candidates } of this.#waiting) candidates.delete(call);
    this.#settle();
  }

  /** Answers each question with one candidate or none, and refuses those that can no longer become unambiguous. */
  #settle(): void {
    for (const question of this.#waiting) {
      const [first, second] = question.candidates;
      if (second !== undefined) continue;
      this.#waiting.delete(question);
      if (first !== undefined) question.found(first);
      else question.refuse(noCall);
    }
    const { size } = this.#waiting;
    for (const question of [...this.#waiting].filter(({ candidates }) => candidates.size <= size)) {
      this.#waiting.delete(question);
      question.refuse(ambiguous);
    }
  }
}

const noCall = new ElicitationUnavailable({
  message: "No tool call is under way that could have asked.",
});

const ambiguous = new ElicitationUnavailable({
  message:
    "Several calls asked at once, and the server does not say which question is whose. Call the tools one after the other.",
});
