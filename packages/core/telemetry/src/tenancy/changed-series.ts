import { MetricState } from "effect";
import type { MetricKey } from "effect";
import { findEntry } from "../instruments/catalogue.ts";
import type { SavedSeries, SavedState } from "./saved-series.ts";
import type { MetricsOwner } from "./organization.ts";
import { createdAt, presentNativeHistogram } from "../instruments/recording.ts";

/** Reads what an organization's counters and histograms have come to, each only where it has changed since it was read last. */
export class ChangedSeries {
  readonly #owner: MetricsOwner;
  /** A counter's value, a histogram's count. */
  readonly #read = new WeakMap<MetricKey.MetricKey.Untyped, number>();

  constructor(owner: MetricsOwner) {
    this.#owner = owner;
  }

  /** What has changed. It counts as read from here on; an error in between leaves it to be read again by another reader. */
  read(): ReadonlyArray<SavedSeries> {
    const changed: Array<SavedSeries> = [];
    for (const { metricKey, metricState } of this.#owner.registry.snapshot()) {
      const state = stateOf(metricKey, metricState);
      const since = createdAt(metricKey);
      if (state === undefined || since === undefined) continue;
      const mark = state.type === "counter" ? state.value : state.count;
      if (this.#read.get(metricKey) === mark) continue;
      this.#read.set(metricKey, mark);
      changed.push({
        name: metricKey.name,
        labels: Object.fromEntries(metricKey.tags.map(({ key, value }) => [key, value])),
        createdAt: since,
        state,
      });
    }
    return changed;
  }
}

const stateOf = (key: MetricKey.MetricKey.Untyped, state: unknown): SavedState | undefined => {
  if (MetricState.isCounterState(state)) return { type: "counter", value: Number(state.count) };
  if (!MetricState.isHistogramState(state)) return undefined;
  const native = presentNativeHistogram(key);
  if (native === undefined) return undefined;
  const { buckets, count, sum, min, max } = state;
  return {
    type: "histogram",
    buckets: buckets.map(([, counted]) => counted),
    count,
    sum,
    min,
    max,
    native,
  };
};

/**
 * Goes on counting from what was saved. Before anything else is recorded on the organization's behalf, and on its behalf. What
 * no instrument declares any more, or declares with other bounds, is left out.
 */
export const restoreSeries = (series: Iterable<SavedSeries>): void => {
  for (const saved of series) findEntry(saved.name)?.restore(saved);
};
