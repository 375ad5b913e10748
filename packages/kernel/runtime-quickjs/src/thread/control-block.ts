const stopIndex = 0;
const memoryPagesIndex = 1;
const computingIndex = 2;
const integers = 4;
const cpuIndex = 2;
const turnStartIndex = 3;
const byteLength = 32;
const pageBytes = 65_536;

/**
 * A few numbers that the main thread and a sandbox's worker share while a run lasts, so that the main thread can stop a
 * busy worker, and knows what a run has used even of a worker that it had to terminate.
 */
export class ControlBlock {
  readonly buffer: SharedArrayBuffer;
  readonly #integers: Int32Array;
  readonly #numbers: Float64Array;

  constructor(buffer = new SharedArrayBuffer(byteLength)) {
    this.buffer = buffer;
    this.#integers = new Int32Array(buffer, 0, integers);
    this.#numbers = new Float64Array(buffer);
  }

  requestStop(): void {
    Atomics.store(this.#integers, stopIndex, 1);
  }

  isStopRequested(): boolean {
    return Atomics.load(this.#integers, stopIndex) === 1;
  }

  enter(): void {
    Atomics.store(this.#integers, computingIndex, 1);
    this.#numbers[turnStartIndex] = now();
  }

  /** Ends a turn; another follows by itself where it `goesOn`. */
  leave(goesOn: boolean): void {
    this.#numbers[cpuIndex] = this.cpuMs();
    this.#numbers[turnStartIndex] = 0;
    Atomics.store(this.#integers, computingIndex, goesOn ? 1 : 0);
  }

  isComputing(): boolean {
    return Atomics.load(this.#integers, computingIndex) === 1;
  }

  /** Milliseconds of computing so far, a turn under way included. */
  cpuMs(): number {
    const start = this.#numbers[turnStartIndex] ?? 0;
    return (this.#numbers[cpuIndex] ?? 0) + (start === 0 ? 0 : Math.max(0, now() - start));
  }

  setMemoryBytes(bytes: number): void {
    Atomics.store(this.#integers, memoryPagesIndex, bytes / pageBytes);
  }

  memoryBytes(): number {
    return Atomics.load(this.#integers, memoryPagesIndex) * pageBytes;
  }
}

/** Threads have different origins of `performance.now()`, and the same epoch. */
const now = (): number => performance.timeOrigin + performance.now();
