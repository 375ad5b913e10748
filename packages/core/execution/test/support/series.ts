import { snapshot } from "@executor/telemetry";

/** The sum of a counter, or the count of a histogram, over the series that carry these labels. */
export const total = (name: string, labels: Readonly<Record<string, string>> = {}): number =>
  snapshot()
    .filter(
      ({ metricKey }) =>
        metricKey.name === name &&
        Object.entries(labels).every(([key, value]) =>
          metricKey.tags.some((tag) => tag.key === key && tag.value === value),
        ),
    )
    .reduce((sum, { metricState }) => sum + countOf(metricState), 0);

const countOf = (state: object): number => {
  if ("count" in state) return Number(state.count);
  return "value" in state ? Number(state.value) : 0;
};
