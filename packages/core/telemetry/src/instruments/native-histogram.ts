import { SparseBuckets } from "./sparse-buckets.ts";

/** A range of a native histogram: buckets that hold something, by index, strictly increasing. */
export interface NativeBuckets {
  readonly indexes: ReadonlyArray<number>;
  /** Observations in the bucket alone, not cumulative. */
  readonly counts: ReadonlyArray<number>;
}

/**
 * A distribution over exponential buckets (Prometheus's "Native Histograms", OpenTelemetry's exponential histogram). The
 * bucket with index `i` holds what is above `base ** (i - 1)` and at most `base ** i`, where `base` is `2 ** 2 ** -schema`;
 * `negative` does so for the absolute values of what is negative.
 */
export interface NativeHistogramState {
  readonly schema: number;
  /** What is at most this far from 0 is in `zeroCount`. */
  readonly zeroThreshold: number;
  readonly zeroCount: number;
  readonly positive: NativeBuckets;
  readonly negative: NativeBuckets;
  /** All observations. */
  readonly count: number;
}

/** Buckets grow by about 9 % at first: eight for each power of two. */
const finestSchema = 3;
const coarsestSchema = -4;
const maxBuckets = 160;
/** `2 ** -128`, as Prometheus's own client library has it. */
const zeroThreshold = 2 ** -128;

/** The upper bounds of the buckets between 1 and 2 at the finest schema, the last one left out. */
const fractionBounds = Float64Array.from([1, 2, 3, 4, 5, 6, 7], (step) => 2 ** (step / 8));

const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);

/**
 * The index of the bucket for a positive value at the finest schema. Read from the value's own bits, so that every engine
 * gives the same one, powers of two stay below their bound, and nothing is computed. Infinity has a bucket of its own
 * above the largest number's.
 */
const finestIndex = (magnitude: number): number => {
  if (magnitude === Number.POSITIVE_INFINITY) return 8 * 1_024 + 1;
  float[0] = magnitude;
  const high = words[1] ?? 0;
  const power = 8 * ((high >>> 20) - 1_023);
  words[1] = (high & 0xf_ffff) | 0x3ff0_0000;
  const fraction = float[0];
  if (fraction === 1) return power;
  let step = fraction > (fractionBounds[3] ?? 0) ? 4 : 0;
  if (fraction > (fractionBounds[step + 1] ?? 0)) step += 2;
  if (fraction > (fractionBounds[step] ?? 0)) step += 1;
  return power + step + 1;
};

const beforeAll = -1;
let epoch = 0;
let isRead = false;

/**
 * Says that a snapshot of the registry is taken now: from here until the next one, {@link NativeHistogram.read} gives what
 * had been recorded by now, so that it agrees with the snapshot however much later it is read.
 */
export const holdNativeHistograms = (): void => {
  if (isRead) epoch += 1;
};

/** A native histogram as of one moment. It copies the buckets only when it is read, or just before they change. */
export class NativeSnapshot {
  #source: NativeHistogram | undefined;
  #state: NativeHistogramState | undefined;

  constructor(source: NativeHistogram) {
    this.#source = source;
  }

  read(): NativeHistogramState | undefined {
    isRead = true;
    return this.#resolve();
  }

  /** To be called before the buckets change. Until the first reader comes, nobody needs the copy. */
  keep(): void {
    if (isRead) this.#resolve();
  }

  #resolve(): NativeHistogramState | undefined {
    this.#state ??= this.#source?.present();
    this.#source = undefined;
    return this.#state;
  }
}

/**
 * Keeps its resolution as long as it needs no more than 160 buckets, and halves it when it would; never reset. `NaN` is not
 * to be recorded.
 */
export class NativeHistogram {
  #schema: number;
  #zeroCount: number;
  #count: number;
  readonly #positive: SparseBuckets;
  readonly #negative: SparseBuckets;
  #epoch = epoch;
  #held: NativeHistogramState | undefined;
  #snapshot: NativeSnapshot | undefined;

  /** Empty, or going on from what another had come to. */
  constructor(from?: NativeHistogramState) {
    this.#schema = from?.schema ?? finestSchema;
    this.#zeroCount = from?.zeroCount ?? 0;
    this.#count = from?.count ?? 0;
    this.#positive = new SparseBuckets(from?.positive);
    this.#negative = new SparseBuckets(from?.negative);
  }

  record(value: number): void {
    if (this.#snapshot !== undefined) {
      this.#snapshot.keep();
      this.#snapshot = undefined;
    }
    if (this.#epoch !== epoch) {
      this.#held = this.present();
      this.#epoch = epoch;
    }
    this.#count += 1;
    const magnitude = Math.abs(value);
    if (magnitude <= zeroThreshold) {
      this.#zeroCount += 1;
      return;
    }
    const coarser = finestSchema - this.#schema;
    const index = (finestIndex(magnitude) + (1 << coarser) - 1) >> coarser;
    if ((value > 0 ? this.#positive : this.#negative).increment(index)) this.#bound();
  }

  /** {@link holdNativeHistograms} for this one, whose classic state is read now. */
  hold(): void {
    if (isRead) this.#epoch = beforeAll;
  }

  /** The state at the last snapshot; the present one where none was taken since native histograms were first read. */
  read(): NativeHistogramState {
    isRead = true;
    if (this.#held === undefined || this.#epoch !== epoch) return this.present();
    return this.#held;
  }

  /** The state as of now, whatever is recorded afterwards. */
  snapshot(): NativeSnapshot {
    this.#snapshot ??= new NativeSnapshot(this);
    return this.#snapshot;
  }

  /** The state as of now. */
  present(): NativeHistogramState {
    return {
      schema: this.#schema,
      zeroThreshold,
      zeroCount: this.#zeroCount,
      positive: this.#positive.copy(),
      negative: this.#negative.copy(),
      count: this.#count,
    };
  }

  #bound(): void {
    while (
      this.#positive.size + this.#negative.size > maxBuckets &&
      this.#schema > coarsestSchema
    ) {
      this.#positive.halve();
      this.#negative.halve();
      this.#schema -= 1;
    }
  }
}
