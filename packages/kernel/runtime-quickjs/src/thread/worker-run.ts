import type { ConsoleLine } from "@executor/kernel";
import { type Engine, Sandbox, type SandboxCall } from "../host/index.ts";
import { ControlBlock } from "./control-block.ts";
import type { FromWorker, ToWorker } from "./messages.ts";

/** Milliseconds for which calls and console lines are gathered while the code computes. */
const gatherMs = 5;

/** One run inside a worker: a sandbox, and what it says, gathered into messages. */
export class WorkerRun {
  readonly #run: number;
  readonly #post: (message: FromWorker) => void;
  readonly #sandbox: Sandbox;
  #calls: Array<SandboxCall> = [];
  #lines: Array<ConsoleLine> = [];
  #flushedAt = 0;

  constructor(
    request: Extract<ToWorker, { readonly type: "run" }>,
    engine: Engine,
    post: (message: FromWorker) => void,
    onEnd: () => void,
  ) {
    this.#run = request.run;
    this.#post = post;
    const control = new ControlBlock(request.control);
    this.#sandbox = new Sandbox(engine, request.limits, {
      shouldStop: () => {
        this.#flushSometimes();
        return control.isStopRequested();
      },
      onCall: (call) => {
        this.#calls.push(call);
        this.#flushSometimes();
      },
      onConsole: (line) => {
        this.#lines.push(line);
        this.#flushSometimes();
      },
      onEnter: () => {
        this.#flushedAt = performance.now();
        control.enter();
      },
      onLeave: (goesOn) => {
        // Its calls are on their way before it counts as idle.
        this.#flush();
        control.leave(goesOn);
      },
      onMemory: (bytes) => control.setMemoryBytes(bytes),
      onEnd: (end) => {
        post({ type: "end", run: request.run, end });
        onEnd();
      },
      defer: (next) => setImmediate(next),
    });
  }

  start(code: string): void {
    this.#sandbox.start(code);
  }

  handle(message: ToWorker): void {
    if (message.type === "boot" || message.run !== this.#run) return;
    if (message.type === "answers") this.#sandbox.answer(message.answers);
    if (message.type === "wake") this.#sandbox.wake();
  }

  /** While the code computes, so that a worker which must be terminated has told what it did. */
  #flushSometimes(): void {
    if (performance.now() - this.#flushedAt >= gatherMs) this.#flush();
  }

  #flush(): void {
    this.#flushedAt = performance.now();
    if (this.#calls.length > 0) {
      this.#post({ type: "calls", run: this.#run, calls: this.#calls });
      this.#calls = [];
    }
    if (this.#lines.length > 0) {
      this.#post({ type: "console", run: this.#run, lines: this.#lines });
      this.#lines = [];
    }
  }
}
