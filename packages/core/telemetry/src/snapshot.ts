import type { MetricPair } from "effect";
import { RegistryReader } from "./registry-reader.ts";
import { observeLabelBudgets } from "./self-metrics.ts";

const observers = new Set<() => void>();

/**
 * Registers `observer` to run before every snapshot, where it sets gauges whose values are read and not counted (an
 * observable instrument's callback, in OpenTelemetry's terms). It must not throw or wait. Returns its own removal.
 */
export const observeBeforeSnapshot = (observer: () => void): (() => void) => {
  observers.add(observer);
  return () => {
    observers.delete(observer);
  };
};

/** Brings the values that are read and not counted up to date. */
export const observe = (): void => {
  for (const observer of observers) observer();
  observeLabelBudgets();
};

const reader = new RegistryReader();

/** Every live series of Effect's registry with its state, observed values brought up to date. */
export const snapshot = (): ReadonlyArray<MetricPair.MetricPair.Untyped> => {
  observe();
  return reader.snapshot();
};
