import type { ConsoleLine, RunLimits } from "@executor/kernel";
import type { SandboxAnswer, SandboxCall } from "../guest/bridge.ts";
import type { SandboxEnd } from "../host/sandbox.ts";
import { ControlBlock, type EngineSource, type FromWorker, type ToWorker } from "./protocol.ts";

/** Callbacks of one run on a worker. */
export interface RunEvents {
  readonly onCalls: (calls: ReadonlyArray<SandboxCall>) => void;
  readonly onConsole: (lines: ReadonlyArray<ConsoleLine>) => void;
  /** The run has ended, by itself or because it was stopped. */
  readonly onEnd: (end: SandboxEnd) => void;
  /** The worker has died. */
  readonly onDeath: (message: string) => void;
}

/** Milliseconds within which a worker must start. */
const startMs = 10_000;

/** Callbacks of a worker's life. */
export interface WorkerEvents {
  /** Called once, when the worker has started; with the source if it received none and made it. */
  readonly onReady: (source: EngineSource | undefined) => void;
  /** Called once, last: the worker failed, exited or was terminated. */
  readonly onDeath: (message: string) => void;
}

/** The main thread's handle of one worker thread, which runs one piece of code at a time. */
export class SandboxWorker {
  readonly #worker: Worker;
  readonly #workerEvents: WorkerEvents;
  readonly #startTimer: ReturnType<typeof setTimeout>;
  #run = 0;
  #events: RunEvents | undefined;
  #death: string | undefined;

  constructor(url: URL | string, source: EngineSource | undefined, events: WorkerEvents) {
    this.#workerEvents = events;
    this.#worker = new Worker(url, { smol: true, ref: false });
    this.#startTimer = setTimeout(() => this.#die("The sandbox's worker did not start."), startMs);
    this.#startTimer.unref();
    this.#worker.onmessage = (event: MessageEvent<FromWorker>) => this.#receive(event.data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#die(`The sandbox's worker failed: ${event.message}`);
    };
    this.#worker.addEventListener("close", () => this.#die("The sandbox's worker ended."));
    this.#post({ type: "boot", source });
  }

  isDead(): boolean {
    return this.#death !== undefined;
  }

  /** Starts a run on a worker that is ready and idle. If it has died meanwhile, `onDeath` is called. */
  start(code: string, limits: RunLimits, events: RunEvents): ControlBlock {
    const control = new ControlBlock();
    this.#run++;
    const death = this.#death;
    if (death !== undefined) queueMicrotask(() => events.onDeath(death));
    else this.#events = events;
    this.#post({ type: "run", run: this.#run, code, limits, control: control.buffer });
    return control;
  }

  answer(answers: ReadonlyArray<SandboxAnswer>): void {
    this.#post({ type: "answers", run: this.#run, answers });
  }

  wake(): void {
    this.#post({ type: "wake", run: this.#run });
  }

  terminate(): void {
    this.#die("The sandbox's worker was terminated.");
  }

  #post(message: ToWorker): void {
    if (this.#death === undefined) this.#worker.postMessage(message);
  }

  #receive(message: FromWorker): void {
    if (this.#death !== undefined) return;
    if (message.type === "ready") {
      clearTimeout(this.#startTimer);
      return this.#workerEvents.onReady(message.source);
    }
    if (message.run !== this.#run || this.#events === undefined) return;
    if (message.type === "calls") return this.#events.onCalls(message.calls);
    if (message.type === "console") return this.#events.onConsole(message.lines);
    const events = this.#events;
    this.#events = undefined;
    events.onEnd(message.end);
  }

  #die(message: string): void {
    if (this.#death !== undefined) return;
    this.#death = message;
    clearTimeout(this.#startTimer);
    this.#worker.terminate();
    const events = this.#events;
    this.#events = undefined;
    this.#workerEvents.onDeath(message);
    events?.onDeath(message);
  }
}
