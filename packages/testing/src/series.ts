import { snapshot } from "@executor/telemetry";

type TagValues = Readonly<Record<string, string>>;

/** Series of the process's registry whose labels hold all of `labels`. */
const find = (name: string, labels: TagValues) =>
  snapshot().filter(
    ({ metricKey }) =>
      metricKey.name === name &&
      Object.entries(labels).every(([key, value]) =>
        metricKey.tags.some((tag) => tag.key === key && tag.value === value),
      ),
  );

/** The sum of counters or gauges, or the count of histograms, over the series whose labels hold all of `labels`. */
export const total = (name: string, labels: TagValues = {}): number =>
  find(name, labels).reduce((sum, { metricState }) => sum + (numberOf(metricState) ?? 0), 0);

/** The sum of the values that histograms observed, over the series whose labels hold all of `labels`. */
export const observed = (name: string, labels: TagValues = {}): number =>
  find(name, labels).reduce(
    (sum, { metricState }) => sum + ("sum" in metricState ? Number(metricState.sum) : 0),
    0,
  );

/** The value of the one series with exactly these labels; `undefined` where there is none. */
const valueOf = (name: string, labels: TagValues): number | undefined => {
  const size = Object.keys(labels).length;
  const found = find(name, labels).find(({ metricKey }) => metricKey.tags.length === size);
  return found === undefined ? undefined : numberOf(found.metricState);
};

/** The value of the gauge with exactly these labels; `undefined` where there is none. */
export const gaugeValue = valueOf;

/** The count of the counter with exactly these labels; 0 where there is none. */
export const counterValue = (name: string, labels: TagValues): number => valueOf(name, labels) ?? 0;

/** Every value that a label has in the series of a metric. */
export const labelValues = (name: string, label: string): ReadonlySet<string> =>
  new Set(
    find(name, {})
      .flatMap(({ metricKey }) => metricKey.tags.filter((tag) => tag.key === label))
      .map((tag) => tag.value),
  );

const numberOf = (state: object): number | undefined => {
  if ("count" in state) return Number(state.count);
  return "value" in state ? Number(state.value) : undefined;
};
