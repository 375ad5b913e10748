import type { EngineSource } from "./protocol.ts";
import { SandboxWorker } from "./sandbox-worker.ts";
import { startProcess, startThread } from "./worker-host.ts";

export interface WorkerPoolOptions {
  readonly workerUrl: URL | string;
  /** Number of idle workers to keep ready. */
  readonly warmWorkers: number;
  /** Milliseconds after which an idle worker beyond the warm ones is terminated. */
  readonly idleTtlMs: number;
  /** Workers that may start at once. Starting is heavy on the CPU: more than there are cores would only delay each other. */
  readonly bootsAtOnce: number;
  /** Milliseconds within which a worker must end once it was terminated. */
  readonly endMs: number;
  /** Called when a worker has not ended within that time. */
  readonly onStuck: () => void;
}

/** Threads that may fail to end before runs get processes, which always end, at the price of a slower start. */
const maxStuckThreads = 2;

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
  readonly #stuck = new Set<SandboxWorker>();
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

  /** Number of workers that were terminated and still run. */
  get stuck(): number {
    return this.#stuck.size;
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
    if (this.#usesProcesses() && worker.isThread) {
      worker.terminate();
      return this.#grow();
    }
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

  #usesProcesses(): boolean {
    return this.#stuck.size >= maxStuckThreads;
  }

  #boot(): void {
    const { endMs, workerUrl } = this.#options;
    const start = this.#usesProcesses() ? startProcess : startThread;
    const worker = new SandboxWorker(start, workerUrl, this.#source, endMs, {
      onReady: (source) => {
        this.#booting.delete(worker);
        this.#source ??= source;
        this.#offer(worker);
        this.#grow();
      },
      onDeath: (message) => this.#remove(worker, message),
      onStuck: (isStuck) => this.#noteStuck(worker, isStuck),
    });
    this.#all.add(worker);
    this.#booting.add(worker);
  }

  /** Idle threads end too when processes begin to be used, because the next code may be the one that does not end. */
  #noteStuck(worker: SandboxWorker, isStuck: boolean): void {
    if (!isStuck) return void this.#stuck.delete(worker);
    this.#stuck.add(worker);
    this.#options.onStuck();
    if (!this.#usesProcesses()) return;
    for (const idle of this.#idle.splice(0)) this.#offer(idle.worker);
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
