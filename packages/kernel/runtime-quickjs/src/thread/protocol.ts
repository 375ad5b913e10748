import type { ConsoleLine, ContentItem } from "@executor/kernel";
import type { EngineImage } from "../engine/engine.ts";
import type { SandboxAnswer, SandboxCall, SandboxLimits } from "../guest/bridge.ts";
import { pageBytes } from "../guest/memory.ts";
import type { SandboxEnd } from "../host/sandbox.ts";

/** Modules and image of a worker's engines. The first worker of a process makes them, the others receive them. */
export interface EngineSource {
  readonly wasmModule: WebAssembly.Module;
  readonly image: EngineImage;
  /** swc, rewritten by `meteredTypeStripper`. */
  readonly typeStripper: WebAssembly.Module;
}

/** Messages from the main thread to a worker. Answers to a run that has ended are recognised by its number and ignored. */
export type ToWorker =
  /** The first message: start, from this source if there is one. */
  | { readonly type: "boot"; readonly source: EngineSource | undefined }
  | {
      readonly type: "run";
      readonly run: number;
      readonly code: string;
      readonly toolNames: string;
      readonly limits: SandboxLimits;
      readonly control: SharedArrayBuffer;
    }
  | {
      readonly type: "answers";
      readonly run: number;
      readonly answers: ReadonlyArray<SandboxAnswer>;
    }
  /** The control block's stop flag is set; for a run that only waits. */
  | { readonly type: "wake"; readonly run: number };

/** Messages from a worker to the main thread. */
export type FromWorker =
  /** With the source if the worker received none and made it. */
  | { readonly type: "ready"; readonly source: EngineSource | undefined }
  | { readonly type: "calls"; readonly run: number; readonly calls: ReadonlyArray<SandboxCall> }
  | { readonly type: "console"; readonly run: number; readonly lines: ReadonlyArray<ConsoleLine> }
  | { readonly type: "content"; readonly run: number; readonly items: ReadonlyArray<ContentItem> }
  | { readonly type: "end"; readonly run: number; readonly end: SandboxEnd }
  /** The contents of the run's control block, from a worker in another process, which cannot share it. */
  | { readonly type: "use"; readonly run: number; readonly numbers: Float64Array };

const stopIndex = 0;
const memoryPagesIndex = 1;
const computingIndex = 2;
const integers = 4;
const cpuIndex = 2;
const turnStartIndex = 3;
const byteLength = 32;

/**
 * Numbers that the main thread and a worker share during a run, so that the main thread can stop a busy worker and knows how
 * much a run has used even if it had to terminate the worker.
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

  startTurn(): void {
    Atomics.store(this.#integers, computingIndex, 1);
    this.#numbers[turnStartIndex] = now();
  }

  /** Ends a turn; another follows without an answer if the code only `rests`. */
  endTurn(rests: boolean): void {
    this.#numbers[cpuIndex] = this.cpuMs();
    this.#numbers[turnStartIndex] = 0;
    Atomics.store(this.#integers, computingIndex, rests ? 1 : 0);
  }

  isComputing(): boolean {
    return Atomics.load(this.#integers, computingIndex) === 1;
  }

  /** Milliseconds of computing so far, including the current turn. */
  cpuMs(): number {
    const start = this.#numbers[turnStartIndex] ?? 0;
    return (this.#numbers[cpuIndex] ?? 0) + (start === 0 ? 0 : Math.max(0, now() - start));
  }

  copy(): Float64Array {
    return Float64Array.from(this.#numbers);
  }

  /** Takes over what a {@link copy} of another process's block says. */
  update(numbers: Float64Array): void {
    this.#numbers.set(numbers);
  }

  setMemoryBytes(bytes: number): void {
    Atomics.store(this.#integers, memoryPagesIndex, bytes / pageBytes);
  }

  memoryBytes(): number {
    return Atomics.load(this.#integers, memoryPagesIndex) * pageBytes;
  }
}

/** Milliseconds since the epoch: `performance.now()` has a different origin in each thread. */
const now = (): number => performance.timeOrigin + performance.now();
