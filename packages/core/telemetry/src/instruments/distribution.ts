import { MetricHook, MetricKey, MetricState, MutableHashMap } from "effect";
import type { MetricBoundaries, MetricRegistry } from "effect";
import { labelSets } from "../labels/label-sets.ts";
import type { InstrumentOptions, LabelValues } from "../labels/label-sets.ts";
import { countOverflow } from "./instrument.ts";
import { NativeHistogram } from "./native-histogram.ts";
import { attach, hooksOf, retire, revive } from "./recording.ts";
import type { Recording } from "./recording.ts";

/** A histogram of what there is now, such as the tools of a source, where any other is of what happened so far. */
export interface Distribution<Label extends string> {
  /** Puts observations in place of all before. Readers see a histogram that begins anew. */
  readonly replace: (values: ReadonlyArray<number>, labels: LabelValues<Label>) => void;
  /** Leaves the series out of every later reading until it is replaced: its subject is gone. */
  readonly remove: (labels: LabelValues<Label>) => void;
}

/** A histogram whose observations are replaced. It does not continue from saved totals, since it is observed anew. */
export const distribution = <const Label extends string = never>(
  options: InstrumentOptions<Label> & { readonly boundaries: MetricBoundaries.MetricBoundaries },
): Distribution<Label> => {
  const { name, description, boundaries } = options;
  const sets = labelSets(
    { ...options, type: "histogram" },
    {
      base: () => MetricKey.histogram(name, boundaries, description),
      make: (key, labels, { registry }) =>
        new DistributionSeries(MetricKey.taggedWithLabels(key, labels), registry),
    },
    countOverflow,
  );
  return {
    replace: (values, labels) => sets.resolve(labels).replace(values),
    remove: (labels) => sets.find(labels)?.retire(),
  };
};

class DistributionSeries implements Recording {
  createdAt = Date.now() / 1_000;
  native = new NativeHistogram();
  readonly #key: MetricKey.MetricKey.Histogram;
  #state: MetricState.MetricState.Histogram;

  constructor(key: MetricKey.MetricKey.Histogram, registry: MetricRegistry.MetricRegistry) {
    this.#key = key;
    const own = registry.get(key);
    this.#state = own.get();
    const hooks = hooksOf(registry);
    if (hooks === undefined)
      throw new TypeError("Effect's metric registry has no map of its series.");
    const ignore = () => {};
    const get = () => this.#state;
    MutableHashMap.set(hooks, key, MetricHook.make({ get, update: ignore, modify: ignore }));
    attach(key, this);
  }

  replace(values: ReadonlyArray<number>): void {
    const native = new NativeHistogram();
    for (const value of values) native.record(value);
    const sorted = values.toSorted((left, right) => left - right);
    let counted = 0;
    this.#state = MetricState.histogram({
      buckets: this.#key.keyType.boundaries.values.map((bound) => {
        while (counted < sorted.length && (sorted[counted] ?? 0) <= bound) counted += 1;
        return [bound, counted];
      }),
      count: sorted.length,
      sum: sorted.reduce((sum, value) => sum + value, 0),
      min: sorted[0] ?? Number.MAX_VALUE,
      max: sorted.at(-1) ?? Number.MIN_VALUE,
    });
    this.native = native;
    this.createdAt = Date.now() / 1_000;
    revive(this.#key);
  }

  retire(): void {
    this.replace([]);
    retire(this.#key);
  }
}
