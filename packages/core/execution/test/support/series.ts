import { snapshot } from "@executor/telemetry";

const statesOf = (name: string, labels: Readonly<Record<string, string>>): ReadonlyArray<object> =>
  snapshot()
    .filter(
      ({ metricKey }) =>
        metricKey.name === name &&
        Object.entries(labels).every(([key, value]) =>
          metricKey.tags.some((tag) => tag.key === key && tag.value === value),
        ),
    )
    .map(({ metricState }) => metricState);

/** The sum of a counter or a gauge, or the count of a histogram, over the series that carry these labels. */
export const total = (name: string, labels: Readonly<Record<string, string>> = {}): number =>
  statesOf(name, labels).reduce((all, state) => all + countOf(state), 0);

const countOf = (state: object): number => {
  if ("count" in state) return Number(state.count);
  return "value" in state ? Number(state.value) : 0;
};

/** The sum of what a histogram observed, over the series that carry these labels. */
export const sum = (name: string, labels: Readonly<Record<string, string>> = {}): number =>
  statesOf(name, labels).reduce((all, state) => all + ("sum" in state ? Number(state.sum) : 0), 0);
