import type { ConsoleLine, RunLimits } from "@executor/kernel";
import type { SandboxAnswer, SandboxCall, SandboxEnd } from "../host/index.ts";
import { ControlBlock } from "./control-block.ts";
import type { EngineSource, FromWorker, ToWorker } from "./messages.ts";

/** What one run on a worker tells, in the main thread. */
export interface RunEvents {
  readonly onCalls: (calls: ReadonlyArray<SandboxCall>) => void;
  readonly onConsole: (lines: ReadonlyArray<ConsoleLine>) => void;
  /** The run is over, by itself or because it was asked to stop. */
  readonly onEnd: (end: SandboxEnd) => void;
  /** The worker is gone. */
  readonly onDeath: (message: string) => void;
}

/** A worker that does not start within this time never will. */
const startMs = 10_000;

/** What becomes of a worker. */
export interface WorkerEvents {
  /** Called once, where the worker has started; with the source where it was given none and made it. */
  readonly onReady: (source: EngineSource | undefined) => void;
  /** Called once, last: the worker failed, ended or was terminated. */
  readonly onDeath: (message: string) => void;
}

/** One worker thread, seen from the main thread. It runs one piece of code at a time. */
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

  /** Starts a run on a worker that is ready and idle. Where it has died since, the run hears of it. */
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
