import type { MetricState } from "effect";
import { snapshot } from "../src/index.ts";

export interface RecordedSeries {
  readonly labels: ReadonlyArray<readonly [key: string, value: string]>;
  readonly state: MetricState.MetricState.Untyped;
}

/** The series that a snapshot holds of the metric with this name. */
export const recorded = (name: string): ReadonlyArray<RecordedSeries> =>
  snapshot()
    .filter(({ metricKey }) => metricKey.name === name)
    .map(({ metricKey, metricState }) => ({
      labels: metricKey.tags.map(({ key, value }) => [key, value] as const),
      state: metricState,
    }));

/** Each series of a counter or a gauge as its labels, joined, and its value. */
export const values = (name: string): Readonly<Record<string, number>> =>
  Object.fromEntries(
    recorded(name).map(({ labels, state }) => [
      labels.map(([key, value]) => `${key}=${value}`).join(","),
      "count" in state ? Number(state.count) : "value" in state ? Number(state.value) : Number.NaN,
    ]),
  );
