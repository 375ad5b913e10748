import type { Series } from "@executor/telemetry/reading";
import { distribution } from "@executor/telemetry";
import { RegistryReading } from "@executor/telemetry/reading";
import { MetricBoundaries } from "effect";

const bounds = MetricBoundaries.fromIterable([1, 5, 10]);
const reading = new RegistryReading();
let names = 0;

/** A histogram of Executor's instruments, whose observations so far are set at once. */
export const startHistogram = () => {
  names += 1;
  const name = `test.exponential.${names}`;
  const sizes = distribution({
    name,
    description: "For a test.",
    unit: "By",
    boundaries: bounds,
    labels: [],
  });
  return {
    observe: (values: ReadonlyArray<number>): Extract<Series, { readonly type: "histogram" }> => {
      sizes.replace(values, {});
      const series = reading.read().find(({ metric }) => metric.name === name);
      if (series?.type !== "histogram") throw new Error("The histogram is not read.");
      return series;
    },
  };
};

/** The upper bound of the bucket below the one with this index, by OTLP's formula. */
const lowerBound = (index: number, scale: number): number => {
  if (scale <= 0) return 2 ** (index * 2 ** -scale);
  const whole = Math.floor(index / 2 ** scale);
  return 2 ** (index / 2 ** scale - whole) * 2 ** whole;
};

/**
 * The index of the bucket that has a value by OTLP's formula ("Exponential Buckets" of `metrics.proto`): `base ** index` is below it,
 * and `base ** (index + 1)` is not.
 */
export const specifiedIndex = (value: number, scale: number): number => {
  let index = Math.floor(Math.log2(value) * 2 ** scale);
  while (lowerBound(index, scale) >= value) index -= 1;
  while (lowerBound(index + 1, scale) < value) index += 1;
  return index;
};
