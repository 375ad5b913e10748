import type { MetricHook, MetricKey, MetricRegistry } from "effect";
import { currentExemplar } from "./exemplar.ts";
import type { Exemplar } from "./exemplar.ts";
import { NativeHistogram } from "./native-histogram.ts";
import type { NativeHistogramState } from "./native-histogram.ts";
import type { SavedSeries } from "../tenancy/saved-series.ts";
import { addToHistogram } from "../tenancy/saved-histogram.ts";

/** A series as an instrument records to it: Effect's own state, and beside it what Effect has no place for. */
export interface Recording {
  /** Unix time in seconds. */
  readonly createdAt: number;
  readonly exemplar: (bucket: number) => Exemplar | undefined;
  /** By bucket of a histogram. */
  readonly exemplars?: ReadonlyArray<Exemplar | undefined> | undefined;
  readonly native?: NativeHistogram;
}

/**
 * A recording is found through its key, under this: the instruments make the keys, and a map would cost a scrape of a
 * hundred thousand series more than their values do.
 */
const recording: unique symbol = Symbol("@executor/telemetry/recording");

const attach = (key: MetricKey.MetricKey.Untyped, attached: Recording): void => {
  Object.defineProperty(key, recording, { value: attached });
};

export const recordingOf = (
  key: MetricKey.MetricKey.Untyped & { readonly [recording]?: Recording },
): Recording | undefined => key[recording];

/**
 * The last exemplar of a counter, or of one bucket of a histogram: the bucket's position among the bounds that the histogram
 * was defined with, `+Inf` included. `key` is the very object that a snapshot has; of a series that no instrument of this
 * package made nothing is known, here and in the functions below.
 */
export const exemplarOf = (
  key: MetricKey.MetricKey.Untyped,
  bucket: number = 0,
): Exemplar | undefined => recordingOf(key)?.exemplar(bucket);

/**
 * A histogram's observations in exponential buckets, in the unit they were recorded in, as of the last {@link snapshot}. Until
 * the first call there is nothing to hold back for, so it may count observations that were made since.
 */
export const nativeHistogramOf = (
  key: MetricKey.MetricKey.Untyped,
): NativeHistogramState | undefined => recordingOf(key)?.native?.read();

/** What {@link nativeHistogramOf} gives, as of now. */
export const presentNativeHistogram = (
  key: MetricKey.MetricKey.Untyped,
): NativeHistogramState | undefined => recordingOf(key)?.native?.present();

/** Says that a histogram's state is read now: until the next time, {@link nativeHistogramOf} gives what agrees with it. */
export const holdNativeHistogram = (key: MetricKey.MetricKey.Untyped): void => {
  recordingOf(key)?.native?.hold();
};

/** When a counter's or a histogram's series was first recorded, in Unix seconds. */
export const createdAt = (key: MetricKey.MetricKey.Untyped): number | undefined =>
  recordingOf(key)?.createdAt;

export class CounterSeries implements Recording {
  createdAt = Date.now() / 1_000;
  readonly #hook: MetricHook.MetricHook.Counter<number>;
  #exemplar: Exemplar | undefined;

  constructor(key: MetricKey.MetricKey.Counter<number>, registry: MetricRegistry.MetricRegistry) {
    this.#hook = registry.get(key);
    attach(key, this);
  }

  restore({ createdAt: since, state }: SavedSeries): void {
    if (state.type !== "counter") return;
    this.#hook.update(state.value);
    this.createdAt = since;
  }

  add(amount: number): void {
    this.#hook.update(amount);
    if (amount > 0) this.#exemplar = currentExemplar(amount) ?? this.#exemplar;
  }

  exemplar(): Exemplar | undefined {
    return this.#exemplar;
  }
}

export class HistogramSeries implements Recording {
  createdAt = Date.now() / 1_000;
  native = new NativeHistogram();
  readonly #key: MetricKey.MetricKey.Histogram;
  readonly #registry: MetricRegistry.MetricRegistry;
  readonly #hook: MetricHook.MetricHook.Histogram;
  readonly #bounds: ReadonlyArray<number>;
  #exemplars: Array<Exemplar | undefined> | undefined;

  constructor(key: MetricKey.MetricKey.Histogram, registry: MetricRegistry.MetricRegistry) {
    this.#key = key;
    this.#registry = registry;
    this.#hook = registry.get(key);
    this.#bounds = key.keyType.boundaries.values;
    attach(key, this);
  }

  restore({ createdAt: since, state }: SavedSeries): void {
    if (state.type !== "histogram" || state.buckets.length !== this.#bounds.length) return;
    addToHistogram(this.#registry, this.#key, state);
    this.native = new NativeHistogram(state.native);
    this.createdAt = since;
  }

  record(value: number): void {
    this.#hook.update(value);
    this.native.record(value);
    const exemplar = currentExemplar(value);
    if (exemplar === undefined) return;
    this.#exemplars ??= this.#bounds.map(() => undefined);
    let bucket = 0;
    while (value > (this.#bounds[bucket] ?? value)) bucket += 1;
    this.#exemplars[bucket] = exemplar;
  }

  exemplar(bucket: number): Exemplar | undefined {
    return this.#exemplars?.[bucket];
  }

  get exemplars(): ReadonlyArray<Exemplar | undefined> | undefined {
    return this.#exemplars;
  }
}
