import type { SandboxAnswer, SandboxCall } from "../host/index.ts";

/** Milliseconds for which calls are started before other work of the thread gets its turn. */
const turnMs = 3;

/**
 * Starts tool calls as they come, a few milliseconds' worth at a time, and gathers their answers into messages: ten
 * thousand calls at once must not hold the thread.
 */
export class ToolCalls {
  readonly #start: (call: SandboxCall) => void;
  readonly #send: (answers: ReadonlyArray<SandboxAnswer>) => void;
  #waiting: Array<SandboxCall> = [];
  #answers: Array<SandboxAnswer> = [];
  #endOfTurn: number | undefined;
  #isClosed = false;

  constructor(
    start: (call: SandboxCall) => void,
    send: (answers: ReadonlyArray<SandboxAnswer>) => void,
  ) {
    this.#start = start;
    this.#send = send;
  }

  add(calls: ReadonlyArray<SandboxCall>): void {
    this.#waiting = this.#waiting.concat(calls);
    this.#startSome();
  }

  answer(answer: SandboxAnswer): void {
    if (this.#answers.length === 0) queueMicrotask(() => this.#flush());
    this.#answers.push(answer);
  }

  close(): void {
    this.#isClosed = true;
    this.#waiting = [];
  }

  /**
   * Starts calls for a few milliseconds in each turn of the event loop, and the rest in the next: a worker that answers at
   * once would keep requests and timers waiting.
   */
  #startSome(): void {
    if (this.#endOfTurn === undefined) {
      this.#endOfTurn = performance.now() + turnMs;
      setImmediate(() => {
        this.#endOfTurn = undefined;
        if (this.#waiting.length > 0) this.#startSome();
      });
    }
    let started = 0;
    while (started < this.#waiting.length && performance.now() < this.#endOfTurn) {
      const call = this.#waiting[started];
      started++;
      if (call !== undefined) this.#start(call);
    }
    this.#waiting = this.#waiting.slice(started);
  }

  #flush(): void {
    const answers = this.#answers;
    this.#answers = [];
    if (!this.#isClosed) this.#send(answers);
  }
}
