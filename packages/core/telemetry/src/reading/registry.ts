import { Metric, MetricRegistry, MutableHashMap } from "effect";
import type { MetricHook, MetricKey, MetricState } from "effect";

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
