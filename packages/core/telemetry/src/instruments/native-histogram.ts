/** The buckets of a native histogram that have observations, by index, strictly increasing. */
export interface NativeBuckets {
  readonly indexes: ReadonlyArray<number>;
  /** Observations in the bucket alone, not cumulative. */
  readonly counts: ReadonlyArray<number>;
}

/**
 * A distribution over exponential buckets (Prometheus's "Native Histograms", OpenTelemetry's exponential histogram). The
 * bucket with index `i` has the observations above `base ** (i - 1)` and at most `base ** i`, where `base` is
 * `2 ** 2 ** -schema`; `negative` has negative observations by their absolute values.
 */
export interface NativeHistogramState {
  readonly schema: number;
  /** `zeroCount` has the observations that are at most this far from 0. */
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

/** Whether native histograms were ever read. Until then nobody needs copies of them. */
let isRead = false;

/** A native histogram as of one moment. It copies the buckets only when it is read, or just before they change. */
export class NativeSnapshot {
  #source: NativeHistogram | undefined;
  #state: NativeHistogramState | undefined;

  constructor(source: NativeHistogram) {
    this.#source = source;
  }

  /** Where no native histogram was read before, it may have observations that were recorded since. */
  read(): NativeHistogramState | undefined {
    isRead = true;
    this.#state ??= this.#source?.copy();
    this.#source = undefined;
    return this.#state;
  }
}

/** Keeps its resolution as long as it needs no more than 160 buckets, then halves it. It is never reset, and takes no `NaN`. */
export class NativeHistogram {
  #schema: number;
  #zeroCount: number;
  #count: number;
  readonly #positive: SparseBuckets;
  readonly #negative: SparseBuckets;
  #snapshot: NativeSnapshot | undefined;

  /** Empty, or continuing from the state of another. */
  constructor(from?: NativeHistogramState) {
    this.#schema = from?.schema ?? finestSchema;
    this.#zeroCount = from?.zeroCount ?? 0;
    this.#count = from?.count ?? 0;
    this.#positive = new SparseBuckets(from?.positive);
    this.#negative = new SparseBuckets(from?.negative);
  }

  record(value: number): void {
    if (this.#snapshot !== undefined) {
      if (isRead) this.#snapshot.read();
      this.#snapshot = undefined;
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

  /** The state as of now, whatever is recorded afterwards. */
  snapshot(): NativeSnapshot {
    this.#snapshot ??= new NativeSnapshot(this);
    return this.#snapshot;
  }

  copy(): NativeHistogramState {
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

/** Counts by bucket index, sorted; empty buckets take no place. */
class SparseBuckets {
  #indexes: Array<number>;
  #counts: Array<number>;
  /** The bucket of the last measurement: the next one is often in it too. */
  #last = 0;

  constructor(from?: {
    readonly indexes: ReadonlyArray<number>;
    readonly counts: ReadonlyArray<number>;
  }) {
    this.#indexes = from?.indexes.slice() ?? [];
    this.#counts = from?.counts.slice() ?? [];
  }

  get size(): number {
    return this.#indexes.length;
  }

  /** Counts one more in the bucket; `true` where the bucket is new. */
  increment(index: number): boolean {
    const indexes = this.#indexes;
    if (indexes[this.#last] !== index) {
      this.#last = lowerBound(indexes, index);
      if (indexes[this.#last] !== index) {
        indexes.splice(this.#last, 0, index);
        this.#counts.splice(this.#last, 0, 1);
        return true;
      }
    }
    this.#counts[this.#last] = (this.#counts[this.#last] ?? 0) + 1;
    return false;
  }

  /** Joins each two neighbours into the bucket that covers both. */
  halve(): void {
    const indexes: Array<number> = [];
    const counts: Array<number> = [];
    for (const [at, index] of this.#indexes.entries()) {
      const joined = (index + 1) >> 1;
      const count = this.#counts[at] ?? 0;
      const last = indexes.length - 1;
      if (indexes[last] === joined) counts[last] = (counts[last] ?? 0) + count;
      else {
        indexes.push(joined);
        counts.push(count);
      }
    }
    this.#indexes = indexes;
    this.#counts = counts;
  }

  copy() {
    return { indexes: this.#indexes.slice(), counts: this.#counts.slice() };
  }
}

/** The position of the first element that is not below `index`. */
const lowerBound = (indexes: ReadonlyArray<number>, index: number): number => {
  let from = 0;
  let to = indexes.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((indexes[middle] ?? index) < index) from = middle + 1;
    else to = middle;
  }
  return from;
};
