import type { ConsoleLine, ContentItem, RunRequest } from "@executor/kernel";
import type { SandboxAnswer, SandboxCall } from "../guest/bridge.ts";
import type { SandboxEnd } from "../host/sandbox.ts";
import { ControlBlock, type EngineSource, type FromWorker, type ToWorker } from "./protocol.ts";
import { type StartWorkerHost, startThread, type WorkerHost } from "./worker-host.ts";

/** Callbacks of one run on a worker. */
export interface RunEvents {
  readonly onCalls: (calls: ReadonlyArray<SandboxCall>) => void;
  readonly onConsole: (lines: ReadonlyArray<ConsoleLine>) => void;
  readonly onContent: (items: ReadonlyArray<ContentItem>) => void;
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
  /** Called once: the worker failed, exited or was terminated. */
  readonly onDeath: (message: string) => void;
  /** Called if the worker died and still runs after its time to end, and again once it has ended. */
  readonly onStuck: (isStuck: boolean) => void;
}

/** The main thread's handle of one worker, which runs one piece of code at a time. */
export class SandboxWorker {
  readonly #host: WorkerHost;
  readonly #endMs: number;
  readonly isThread: boolean;
  readonly #workerEvents: WorkerEvents;
  readonly #startTimer: ReturnType<typeof setTimeout>;
  #run = 0;
  #events: RunEvents | undefined;
  #control: ControlBlock | undefined;
  #death: string | undefined;
  #endTimer: ReturnType<typeof setTimeout> | undefined;
  #isStuck = false;

  /** `endMs` is the time within which the worker must end once it was terminated. */
  constructor(
    startHost: StartWorkerHost,
    url: URL | string,
    source: EngineSource | undefined,
    endMs: number,
    events: WorkerEvents,
  ) {
    this.#workerEvents = events;
    this.#endMs = endMs;
    this.isThread = startHost === startThread;
    this.#startTimer = setTimeout(() => this.#die("The sandbox's worker did not start."), startMs);
    this.#startTimer.unref();
    this.#host = startHost(url, {
      onMessage: (message) => this.#receive(message),
      onError: (message) => this.#die(`The sandbox's worker failed: ${message}`),
      onClose: () => this.#close(),
    });
    this.#post({ type: "boot", source });
  }

  isDead(): boolean {
    return this.#death !== undefined;
  }

  /** Starts a run on a worker that is ready and idle. If it has died meanwhile, `onDeath` is called. */
  start(
    { code, limits, toolNames = "" }: Pick<RunRequest, "code" | "limits" | "toolNames">,
    events: RunEvents,
  ): ControlBlock {
    const control = new ControlBlock();
    this.#control = control;
    this.#run++;
    const death = this.#death;
    if (death !== undefined) queueMicrotask(() => events.onDeath(death));
    else this.#events = events;
    const { buffer } = control;
    this.#post({ type: "run", run: this.#run, code, limits, toolNames, control: buffer });
    return control;
  }

  answer(answers: ReadonlyArray<SandboxAnswer>): void {
    this.#post({ type: "answers", run: this.#run, answers });
  }

  wake(): void {
    this.#post({ type: "wake", run: this.#run });
  }

  /** Stops the worker, and tells through `onStuck` if it does not end: see `startThread` for what cannot be stopped. */
  terminate(): void {
    this.#die("The sandbox's worker was terminated.");
  }

  #post(message: ToWorker): void {
    if (this.#death === undefined) this.#host.postMessage(message);
  }

  #receive(message: FromWorker): void {
    if (this.#death !== undefined) return;
    if (message.type === "ready") {
      clearTimeout(this.#startTimer);
      return this.#workerEvents.onReady(message.source);
    }
    if (message.run !== this.#run || this.#events === undefined) return;
    if (message.type === "use") return this.#control?.update(message.numbers);
    if (message.type === "calls") return this.#events.onCalls(message.calls);
    if (message.type === "console") return this.#events.onConsole(message.lines);
    if (message.type === "content") return this.#events.onContent(message.items);
    const events = this.#events;
    this.#events = undefined;
    events.onEnd(message.end);
  }

  #die(message: string): void {
    if (this.#death !== undefined) return;
    this.#death = message;
    clearTimeout(this.#startTimer);
    this.#endTimer = setTimeout(() => {
      this.#isStuck = true;
      this.#workerEvents.onStuck(true);
    }, this.#endMs);
    this.#endTimer.unref();
    this.#host.terminate();
    const events = this.#events;
    this.#events = undefined;
    this.#workerEvents.onDeath(message);
    events?.onDeath(message);
  }

  #close(): void {
    this.#die("The sandbox's worker ended.");
    clearTimeout(this.#endTimer);
    if (this.#isStuck) this.#workerEvents.onStuck(false);
  }
}
