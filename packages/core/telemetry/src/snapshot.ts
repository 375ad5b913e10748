import { Metric } from "effect";
import type { MetricPair } from "effect";
import { holdNativeHistograms } from "./native-histogram.ts";
import { anyRetired, isRetired } from "./retired.ts";
import { observeLabelBudgets } from "./self-metrics.ts";

const observers = new Set<() => void>();

/**
 * Registers `observe` to run before every snapshot, where it sets gauges whose values are read and not counted (an
 * observable instrument's callback, in OpenTelemetry's terms). It must not throw or wait. Returns its own removal.
 */
export const observeBeforeSnapshot = (observe: () => void): (() => void) => {
  observers.add(observe);
  return () => {
    observers.delete(observe);
  };
};

/** Every live series of Effect's registry with its state, observed values brought up to date. */
export const snapshot = (): ReadonlyArray<MetricPair.MetricPair.Untyped> => {
  for (const observe of observers) observe();
  observeLabelBudgets();
  holdNativeHistograms();
  const pairs = Metric.unsafeSnapshot();
  return anyRetired() ? pairs.filter((pair) => !isRetired(pair.metricKey)) : pairs;
};
