import { Metric, MetricHook, MetricRegistry, MetricState, MutableHashMap } from "effect";
import type { MetricKey } from "effect";
import { exemplarSpan, keepsEveryExemplar } from "../tracing/traced.ts";
import { NativeHistogram } from "./native-histogram.ts";
import type { NativeHistogramState } from "./native-histogram.ts";

export type Registry = MetricRegistry.MetricRegistry;
export type Key = MetricKey.MetricKey.Untyped;
export type State = MetricState.MetricState.Untyped;

/** The part of a registry's hook that is read. */
export interface Hook {
  readonly get: () => State;
}

/** The registry in which Effect itself records, and code that uses its `Metric`. */
export const globalRegistry: Registry = Metric.globalMetricRegistry;

export const makeRegistry = (): Registry => MetricRegistry.make();

/** Effect's own hooks by key. The registry's interface does not have them, but it keeps them in a public type. */
export const hooksOf = (
  registry: Registry,
): MutableHashMap.MutableHashMap<Key, MetricHook.MetricHook.Root> | undefined => {
  const map: unknown = "map" in registry ? registry.map : undefined;
  return isMutableHashMap(map) ? map : undefined;
};

const isMutableHashMap = (
  map: unknown,
): map is MutableHashMap.MutableHashMap<Key, MetricHook.MetricHook.Root> =>
  typeof map === "object" && map !== null && Symbol.for("effect/MutableHashMap") in map;

/** The keys and hooks of a registry in the order of first recording; of an unknown registry, those of a snapshot. */
export const entriesOf = (registry: Registry): Iterable<readonly [Key, Hook]> =>
  hooksOf(registry) ??
  registry
    .snapshot()
    .map(({ metricKey, metricState }) => [metricKey, { get: () => metricState }] as const);

/** The number of entries, which never falls; `undefined` where it is not known. */
export const sizeOf = (registry: Registry): number | undefined => {
  const hooks = hooksOf(registry);
  return hooks === undefined ? undefined : MutableHashMap.size(hooks);
};

/** One measurement, and the trace in which it was made; the ids are `""` outside of exported spans. */
export interface Exemplar {
  readonly traceId: string;
  readonly spanId: string;
  /** As it was recorded: an observation, or the increment of a counter. */
  readonly value: number;
  /** Unix time in seconds. */
  readonly timestamp: number;
}

const nowhere = { traceId: "", spanId: "" };

/** An exemplar of `value` where the filter takes it; the current span itself is not kept. */
const currentExemplar = (value: number): Exemplar | undefined => {
  const span = exemplarSpan();
  if (span === undefined && !keepsEveryExemplar()) return undefined;
  const { traceId, spanId } = span ?? nowhere;
  return { traceId, spanId, value, timestamp: Date.now() / 1_000 };
};

/** The total of a counter or of a histogram at some moment; plain data. Gauges are observed anew and not kept. */
export type SavedState =
  | { readonly type: "counter"; readonly value: number }
  | {
      readonly type: "histogram";
      /** Cumulative, for each bound that the histogram was defined with, `+Inf` included. */
      readonly buckets: ReadonlyArray<number>;
      readonly count: number;
      readonly sum: number;
      readonly min: number;
      readonly max: number;
      readonly native: NativeHistogramState;
    };

export interface SavedSeries {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Unix seconds. */
  readonly createdAt: number;
  readonly state: SavedState;
}

/** The parts of a series for which Effect's own state has no place. */
export interface Recording {
  /** Unix seconds of the first measurement. */
  readonly createdAt: number;
  /** The last exemplar of a counter. */
  readonly exemplar?: Exemplar | undefined;
  /** The last exemplar of each bucket of a histogram. */
  readonly exemplars?: ReadonlyArray<Exemplar | undefined> | undefined;
  readonly native?: NativeHistogram;
}

/**
 * A recording is found through its key, under this: the instruments make the keys, and a map would cost a scrape of a
 * hundred thousand series more than their values do.
 */
const recording: unique symbol = Symbol("@executor/telemetry/recording");

export const attach = (key: MetricKey.MetricKey.Untyped, attached: Recording): void => {
  Object.defineProperty(key, recording, { value: attached });
};

/** The recording under a registry's own key object; `undefined` where no instrument made it. */
export const recordingOf = (
  key: MetricKey.MetricKey.Untyped & { readonly [recording]?: Recording },
): Recording | undefined => key[recording];

export class CounterSeries implements Recording {
  createdAt = Date.now() / 1_000;
  exemplar: Exemplar | undefined;
  readonly #hook: MetricHook.MetricHook.Counter<number>;

  constructor(key: MetricKey.MetricKey.Counter<number>, registry: MetricRegistry.MetricRegistry) {
    this.#hook = registry.get(key);
    attach(key, this);
  }

  restore({ createdAt, state }: SavedSeries): void {
    if (state.type !== "counter") return;
    this.#hook.update(state.value);
    this.createdAt = createdAt;
  }

  add(amount: number): void {
    this.#hook.update(amount);
    if (amount > 0) this.exemplar = currentExemplar(amount) ?? this.exemplar;
  }
}

/**
 * Series whose subject is gone. Effect's registry never forgets a series, so these are left out of readings: Prometheus then
 * sees the series end and not stand still.
 */
const retired = new WeakSet<MetricKey.MetricKey.Untyped>();
let changes = 0;

export const isRetired = (key: MetricKey.MetricKey.Untyped): boolean =>
  changes > 0 && retired.has(key);

/** The number of times that a series was retired or revived. */
export const retirements = (): number => changes;

export const retire = (key: MetricKey.MetricKey.Untyped): void => {
  if (retired.has(key)) return;
  retired.add(key);
  changes += 1;
};

export const revive = (key: MetricKey.MetricKey.Untyped): void => {
  if (changes > 0 && retired.delete(key)) changes += 1;
};

export class GaugeSeries {
  readonly #key: MetricKey.MetricKey.Gauge<number>;
  readonly #hook: MetricHook.MetricHook.Gauge<number>;

  constructor(key: MetricKey.MetricKey.Gauge<number>, registry: MetricRegistry.MetricRegistry) {
    this.#key = key;
    this.#hook = registry.get(key);
  }

  set(value: number): void {
    revive(this.#key);
    this.#hook.update(value);
  }

  add(amount: number): void {
    revive(this.#key);
    this.#hook.modify(amount);
  }

  retire(): void {
    this.#hook.update(0);
    retire(this.#key);
  }
}

export class HistogramSeries implements Recording {
  createdAt = Date.now() / 1_000;
  exemplars: Array<Exemplar | undefined> | undefined;
  native = new NativeHistogram();
  readonly #key: MetricKey.MetricKey.Histogram;
  readonly #registry: MetricRegistry.MetricRegistry;
  readonly #hook: MetricHook.MetricHook.Histogram;
  readonly #bounds: ReadonlyArray<number>;

  constructor(key: MetricKey.MetricKey.Histogram, registry: MetricRegistry.MetricRegistry) {
    this.#key = key;
    this.#registry = registry;
    this.#hook = registry.get(key);
    this.#bounds = key.keyType.boundaries.values;
    attach(key, this);
  }

  restore({ createdAt, state }: SavedSeries): void {
    if (state.type !== "histogram" || state.buckets.length !== this.#bounds.length) return;
    addToHistogram(this.#registry, this.#key, state);
    this.native = new NativeHistogram(state.native);
    this.createdAt = createdAt;
  }

  record(value: number): void {
    this.#hook.update(value);
    this.native.record(value);
    const exemplar = currentExemplar(value);
    if (exemplar === undefined) return;
    this.exemplars ??= this.#bounds.map(() => undefined);
    let bucket = 0;
    while (value > (this.#bounds[bucket] ?? value)) bucket += 1;
    this.exemplars[bucket] = exemplar;
  }
}

/**
 * Adds observations that were made elsewhere to a histogram of the registry. Effect's histograms take one observation at a
 * time and no counts, so the registry gets a hook that adds them whenever it is read.
 */
const addToHistogram = (
  registry: MetricRegistry.MetricRegistry,
  key: MetricKey.MetricKey.Histogram,
  saved: Extract<SavedState, { readonly type: "histogram" }>,
): void => {
  const own = registry.get(key);
  const hooks = hooksOf(registry);
  if (hooks === undefined)
    throw new TypeError("Effect's metric registry has no map of its series.");
  const get = () => {
    const { buckets, count, sum, min, max } = own.get();
    return MetricState.histogram({
      buckets: buckets.map(([bound, counted], index) => [
        bound,
        counted + (saved.buckets[index] ?? 0),
      ]),
      count: count + saved.count,
      sum: sum + saved.sum,
      min: Math.min(min, saved.min),
      max: Math.max(max, saved.max),
    });
  };
  MutableHashMap.set(
    hooks,
    key,
    MetricHook.make({
      get,
      update: (value: number) => own.update(value),
      modify: (value: number) => own.modify(value),
    }),
  );
};
