import type { ConsoleLine, RunLimits } from "@executor/kernel";
import type { SandboxAnswer, SandboxCall } from "../guest/bridge.ts";
import type { SandboxEnd } from "../host/sandbox.ts";
import { ControlBlock, type EngineSource, type FromWorker, type ToWorker } from "./protocol.ts";

export interface WorkerPoolOptions {
  readonly workerUrl: URL | string;
  /** Number of idle workers to keep ready. */
  readonly warmWorkers: number;
  /** Milliseconds after which an idle worker beyond the warm ones is terminated. */
  readonly idleTtlMs: number;
  /** Workers that may start at once. Starting is heavy on the CPU: more than there are cores would only delay each other. */
  readonly bootsAtOnce: number;
}

/** Milliseconds that a run waits for a busy worker before another one is started. */
const growthDelayMs = 20;

const closedMessage = "The sandbox was closed.";

/** A run's claim to one worker, from its request until it returns the worker. */
export interface Lease {
  worker: SandboxWorker | undefined;
  readonly since: number;
  readonly onWorker: (worker: SandboxWorker) => void;
  readonly onFailure: (message: string) => void;
}

/**
 * Ready workers and the runs that wait for one, first come, first served. A run takes the first worker that becomes idle.
 * Runs that only wait for their tools keep their workers, so the pool grows while others wait, a few workers at a time.
 */
export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #idle: Array<{ readonly worker: SandboxWorker; readonly since: number }> = [];
  readonly #booting = new Set<SandboxWorker>();
  readonly #all = new Set<SandboxWorker>();
  readonly #sweep: ReturnType<typeof setInterval>;
  #waiting: Array<Lease> = [];
  #growthTimer: ReturnType<typeof setTimeout> | undefined;
  #source: EngineSource | undefined;
  #closed = false;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
    this.#sweep = setInterval(() => this.#retireIdle(), Math.max(10, options.idleTtlMs / 2));
    this.#sweep.unref();
    this.#grow();
  }

  /** Number of live workers, including those that are still starting. */
  get size(): number {
    return this.#all.size;
  }

  /** Number of workers that are starting. */
  get booting(): number {
    return this.#booting.size;
  }

  /**
   * Requests a worker: `onWorker` is called when one is ready, immediately if one is idle. `onFailure` is called instead if a
   * worker could not start. The lease must be ended in either case.
   */
  take(onWorker: Lease["onWorker"], onFailure: Lease["onFailure"]): Lease {
    const lease: Lease = { worker: undefined, since: performance.now(), onWorker, onFailure };
    const idle = this.#idle.shift();
    if (idle !== undefined) assign(lease, idle.worker);
    else if (this.#closed) onFailure(closedMessage);
    else {
      this.#waiting.push(lease);
      this.#grow();
    }
    return lease;
  }

  /** Ends a lease whose run has ended or no longer needs a worker. */
  end(lease: Lease): void {
    const { worker } = lease;
    lease.worker = undefined;
    if (worker === undefined) this.#waiting = this.#waiting.filter((one) => one !== lease);
    else if (worker.isDead()) this.#grow();
    else this.#offer(worker);
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#sweep);
    clearTimeout(this.#growthTimer);
    for (const worker of this.#all) worker.terminate();
    for (const lease of this.#waiting.splice(0)) lease.onFailure(closedMessage);
  }

  #offer(worker: SandboxWorker): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push({ worker, since: performance.now() });
    else assign(next, worker);
  }

  /** Starts workers if runs wait too long or warm workers are missing. */
  #grow(): void {
    if (this.#closed) return;
    const missing = this.#options.warmWorkers - (this.#all.size - this.#booting.size);
    const wanted = Math.max(missing, this.#canWait() ? 0 : this.#waiting.length);
    // The first worker makes the source from which the others start.
    const atOnce = this.#source === undefined ? 1 : this.#options.bootsAtOnce;
    while (this.#booting.size < Math.min(wanted, atOnce)) this.#boot();
  }

  /** Whether waiting runs may soon get a worker that is busy now. Checks again after the growth delay. */
  #canWait(): boolean {
    const [first] = this.#waiting;
    if (first === undefined) return true;
    const leftMs = first.since + growthDelayMs - performance.now();
    if (leftMs <= 0 || this.#all.size === this.#booting.size) return false;
    this.#growthTimer ??= setTimeout(() => {
      this.#growthTimer = undefined;
      this.#grow();
    }, leftMs);
    return true;
  }

  #boot(): void {
    const worker = new SandboxWorker(this.#options.workerUrl, this.#source, {
      onReady: (source) => {
        this.#booting.delete(worker);
        this.#source ??= source;
        this.#offer(worker);
        this.#grow();
      },
      onDeath: (message) => this.#remove(worker, message),
    });
    this.#all.add(worker);
    this.#booting.add(worker);
  }

  /** A worker that could not start fails the run that has waited longest, because other workers would fail alike. */
  #remove(worker: SandboxWorker, message: string): void {
    this.#all.delete(worker);
    const at = this.#idle.findIndex((one) => one.worker === worker);
    if (at >= 0) this.#idle.splice(at, 1);
    if (!this.#booting.delete(worker)) return;
    this.#waiting.shift()?.onFailure(message);
    if (this.#waiting.length > 0) this.#grow();
  }

  #retireIdle(): void {
    const oldest = performance.now() - this.#options.idleTtlMs;
    while (this.#idle.length > this.#options.warmWorkers) {
      const [first] = this.#idle;
      if (first === undefined || first.since > oldest) return;
      first.worker.terminate();
    }
  }
}

const assign = (lease: Lease, worker: SandboxWorker): void => {
  lease.worker = worker;
  lease.onWorker(worker);
};

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
