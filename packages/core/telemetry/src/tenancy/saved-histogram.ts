import { MetricHook, MetricState, MutableHashMap } from "effect";
import type { MetricKey, MetricRegistry } from "effect";
import type { SavedState } from "./saved-series.ts";
import { hooksOf } from "../reading/registry.ts";

/**
 * Adds observations that were made elsewhere to a histogram of the registry. Effect's histograms take one observation at a
 * time and no counts, so the registry gets a hook that adds them whenever it is read.
 */
export const addToHistogram = (
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
