import { SandboxWorker } from "./sandbox-worker.ts";

export interface WorkerPoolOptions {
  readonly workerUrl: URL | string;
  /** Idle workers to keep ready. */
  readonly warmWorkers: number;
  /** Milliseconds after which an idle worker beyond the warm ones is terminated. */
  readonly idleTtlMs: number;
}

/** Ready workers. A worker that was taken belongs to one run until it is given back. */
export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #idle: Array<{ readonly worker: SandboxWorker; readonly since: number }> = [];
  readonly #all = new Set<SandboxWorker>();
  readonly #sweep: ReturnType<typeof setInterval>;
  #closed = false;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
    this.#sweep = setInterval(() => this.#retireIdle(), Math.max(10, options.idleTtlMs / 2));
    this.#sweep.unref();
    this.#fill();
  }

  /** The worker that has been idle longest, or a new one. */
  take(): SandboxWorker {
    for (;;) {
      const worker = this.#idle.shift()?.worker;
      if (worker === undefined) return this.#spawn();
      if (!worker.isDead()) return worker;
      this.#all.delete(worker);
    }
  }

  /** Takes a worker back whose run has ended. */
  giveBack(worker: SandboxWorker): void {
    if (worker.isDead() || this.#closed) return this.discard(worker);
    this.#idle.push({ worker, since: performance.now() });
  }

  /** Terminates a worker, and has another one ready in its place. */
  discard(worker: SandboxWorker): void {
    worker.terminate();
    this.#all.delete(worker);
    this.#fill();
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#sweep);
    for (const worker of this.#all) worker.terminate();
    this.#all.clear();
    this.#idle.length = 0;
  }

  #spawn(): SandboxWorker {
    const worker = new SandboxWorker(this.#options.workerUrl);
    this.#all.add(worker);
    return worker;
  }

  #fill(): void {
    while (!this.#closed && this.#all.size < this.#options.warmWorkers) {
      this.giveBack(this.#spawn());
    }
  }

  #retireIdle(): void {
    const oldest = performance.now() - this.#options.idleTtlMs;
    while (this.#idle.length > this.#options.warmWorkers) {
      const [first] = this.#idle;
      if (first === undefined || first.since > oldest) return;
      this.#idle.shift();
      this.discard(first.worker);
    }
  }
}
