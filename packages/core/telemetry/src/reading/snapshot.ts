import type { MetricPair } from "effect";
import { perOrganization } from "../tenancy/organization.ts";
import { RegistryReader } from "./registry-reader.ts";
import { observeLabelBudgets } from "../labels/self-metrics.ts";

const observersNow = perOrganization(() => new Set<() => void>());

/**
 * Registers `observer` to run before every snapshot, where it sets gauges whose values are read and not counted (an
 * observable instrument's callback, in OpenTelemetry's terms). It must not throw or wait. It belongs to the organization on whose
 * behalf it is registered. Returns its own removal.
 */
export const observeBeforeSnapshot = (observer: () => void): (() => void) => {
  const observers = observersNow();
  observers.add(observer);
  return () => {
    observers.delete(observer);
  };
};

/** Brings the values that are read and not counted up to date, for the current organization. */
export const observe = (): void => {
  for (const observer of observersNow()) observer();
  observeLabelBudgets();
};

const reader = new RegistryReader();

/** Every live series of Effect's registry with its state, observed values brought up to date. */
export const snapshot = (): ReadonlyArray<MetricPair.MetricPair.Untyped> => {
  observe();
  return reader.snapshot();
};
