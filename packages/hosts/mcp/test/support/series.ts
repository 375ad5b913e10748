import { snapshot } from "@executor/telemetry";

/** The sum of a counter, or the count of a histogram, over the series that carry these labels. */
export const total = (name: string, labels: Readonly<Record<string, string>> = {}): number =>
  states(name, labels).reduce((sum, state) => sum + countOf(state), 0);

/** The sum of what a histogram observed, over the series that carry these labels. */
export const observed = (name: string, labels: Readonly<Record<string, string>> = {}): number =>
  states(name, labels).reduce((sum, state) => sum + ("sum" in state ? Number(state.sum) : 0), 0);

const states = (name: string, labels: Readonly<Record<string, string>>): ReadonlyArray<object> =>
  snapshot()
    .filter(
      ({ metricKey }) =>
        metricKey.name === name &&
        Object.entries(labels).every(([key, value]) =>
          metricKey.tags.some((tag) => tag.key === key && tag.value === value),
        ),
    )
    .map(({ metricState }) => metricState);

const countOf = (state: object): number => {
  if ("count" in state) return Number(state.count);
  return "value" in state ? Number(state.value) : 0;
};
