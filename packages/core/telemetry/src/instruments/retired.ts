import type { MetricKey } from "effect";

/**
 * Effect's registry never forgets a series. A series whose subject is gone is left out of snapshots instead, so that
 * Prometheus sees it end and not stand still.
 */
const retired = new WeakSet<MetricKey.MetricKey.Untyped>();
let changes = 0;

export const retire = (key: MetricKey.MetricKey.Untyped): void => {
  if (retired.has(key)) return;
  retired.add(key);
  changes += 1;
};

export const revive = (key: MetricKey.MetricKey.Untyped): void => {
  if (changes > 0 && retired.delete(key)) changes += 1;
};

export const isRetired = (key: MetricKey.MetricKey.Untyped): boolean => retired.has(key);

/** Whether a series was ever retired. */
export const anyRetired = (): boolean => changes > 0;

/** A number that is another whenever a series was retired or revived. */
export const retirements = (): number => changes;
