import { snapshot } from "@executor/telemetry";

/** The state of one series of Effect's registry, for assertions; `undefined` where there is none. */
const stateOf = (name: string, labels: Readonly<Record<string, string>>): unknown =>
  snapshot().find(
    ({ metricKey }) =>
      metricKey.name === name &&
      metricKey.tags.length === Object.keys(labels).length &&
      metricKey.tags.every((tag) => labels[tag.key] === tag.value),
  )?.metricState;

export const counterValue = (name: string, labels: Readonly<Record<string, string>>): number => {
  const state = stateOf(name, labels);
  return typeof state === "object" && state !== null && "count" in state ? Number(state.count) : 0;
};

export const gaugeValue = (
  name: string,
  labels: Readonly<Record<string, string>>,
): number | undefined => {
  const state = stateOf(name, labels);
  return typeof state === "object" && state !== null && "value" in state
    ? Number(state.value)
    : undefined;
};

/** Every value that a label has in the series of a metric. */
export const labelValues = (name: string, label: string): ReadonlySet<string> =>
  new Set(
    snapshot()
      .filter(({ metricKey }) => metricKey.name === name)
      .flatMap(({ metricKey }) => metricKey.tags.filter((tag) => tag.key === label))
      .map((tag) => tag.value),
  );
