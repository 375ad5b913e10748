import { findEntry } from "../labels/label-sets.ts";
import type { SavedSeries, SavedState } from "../instruments/recording.ts";
import { RegistryReading } from "../reading/registry-reading.ts";
import type { Series } from "../reading/series.ts";
import type { MetricsOwner } from "./organization.ts";

/** Reads the totals of an organization's counters and histograms, each only where it has changed since it was read last. */
export class ChangedSeries {
  readonly #reading: RegistryReading;
  readonly #read = new WeakMap<object, Series>();

  constructor(owner: MetricsOwner) {
    this.#reading = new RegistryReading({ registries: [owner.registry], observe: () => {} });
  }

  /**
   * The totals that have changed. They count as read when the generator ends; where saving them fails, another reader must read
   * them once more. It yields every few hundred series.
   */
  *steps(): Generator<void, ReadonlyArray<SavedSeries>> {
    const changed: Array<SavedSeries> = [];
    for (const series of yield* this.#reading.steps()) {
      const { source, createdAt } = series;
      if (createdAt === undefined || this.#read.get(source) === series) continue;
      this.#read.set(source, series);
      const state = stateOf(series);
      if (state === undefined) continue;
      const labels = Object.fromEntries(series.labels.map(({ key, value }) => [key, value]));
      changed.push({ name: series.metric.name, labels, createdAt, state });
    }
    return changed;
  }
}

const stateOf = (series: Series): SavedState | undefined => {
  if (series.type === "number") return { type: "counter", value: Number(series.value) };
  if (series.type === "summary" || series.native === undefined) return undefined;
  const { counts, count, sum, min, max, native } = series;
  return {
    type: "histogram",
    buckets: counts,
    count,
    sum,
    // What Effect's histograms begin with.
    min: min ?? Number.MAX_VALUE,
    max: max ?? Number.MIN_VALUE,
    native,
  };
};

/**
 * Continues counting from saved totals. To be called on the organization's behalf, before anything is recorded on it. Series
 * that no instrument declares any more, or declares with other bounds, are left out.
 */
export const restoreSeries = (series: Iterable<SavedSeries>): void => {
  for (const saved of series) findEntry(saved.name)?.restore(saved);
};
