import { findDefinition } from "@executor/telemetry";
import type { Metric, Series } from "@executor/telemetry/reading";
import { mergeSeries } from "@executor/telemetry/reading";
import { Schema } from "effect";

/** A counter or a histogram of an organization, or of all, without labels that could name one. */
const Total = Schema.Struct({
  name: Schema.String,
  labels: Schema.Record({ key: Schema.String, value: Schema.String }),
  state: Schema.Union(
    Schema.Struct({ type: Schema.Literal("counter"), value: Schema.Number }),
    Schema.Struct({
      type: Schema.Literal("histogram"),
      /** Upper bounds without `+Inf`. */
      bounds: Schema.Array(Schema.Number),
      /** Cumulative; one more than there are bounds. */
      counts: Schema.Array(Schema.Number),
      sum: Schema.Number,
    }),
  ),
});
export type Total = typeof Total.Type;

/** Totals of one organization: at most so many, each by what instruments and their fixed words allow. */
export const Totals = Schema.Array(Total).pipe(Schema.maxItems(2_000));

/**
 * Labels whose values are words of the code, or statuses. Names of tools, sources and servers are chosen by an organization, and
 * could tell which it is.
 */
const keptLabels: ReadonlySet<string> = new Set([
  "decision",
  "error.type",
  "http.response.status_code",
  "mcp.client.name",
  "mcp.method.name",
  "outcome",
  "reason",
  "status",
  "surface",
  "trigger",
]);

/** About the measuring itself, or of what there is now, which no total is. */
const isLeftOut = (name: string): boolean =>
  name.startsWith("executor.metrics.") || name === "executor.tool.definition.tokens";

/** The totals of an organization's counters and histograms, over everything that its own labels distinguish. */
export const totalsOf = (all: Iterable<Series>): ReadonlyArray<Total> => {
  const merged = new Map<string, Series>();
  for (const series of all) {
    const { metric } = series;
    const isTotal = metric.type === "counter" || metric.type === "histogram";
    if (!isTotal || !metric.declared || isLeftOut(metric.name)) continue;
    const labels = series.labels.filter(({ key }) => keptLabels.has(key));
    const reduced = withLabels(series, labels);
    const key = keyOf(reduced);
    const known = merged.get(key);
    const sum = known === undefined ? reduced : mergeSeries(metric.type, known, reduced);
    if (sum !== undefined) merged.set(key, sum);
  }
  return [...merged.values()].flatMap(toTotal);
};

const toTotal = (series: Series): ReadonlyArray<Total> => {
  const { name } = series.metric;
  const labels = Object.fromEntries(series.labels.map(({ key, value }) => [key, value]));
  if (series.type === "number") {
    return [{ name, labels, state: { type: "counter", value: Number(series.value) } }];
  }
  if (series.type === "summary" || Number.isNaN(series.sum)) return [];
  const { bounds, counts, sum } = series;
  return [
    {
      name,
      labels,
      state: { type: "histogram", bounds: bounds.slice(0, -1), counts: [...counts], sum },
    },
  ];
};

/** Adds to the sum of all organizations what one has counted since its report before. */
export const addReport = (
  sums: ReadonlyArray<Total>,
  report: ReadonlyArray<Total>,
  before: ReadonlyArray<Total>,
): ReadonlyArray<Total> => {
  const next = new Map(sums.map((total) => [totalKey(total), total]));
  const last = new Map(before.map((total) => [totalKey(total), total]));
  for (const total of report) {
    const key = totalKey(total);
    next.set(key, add(next.get(key), growth(total, last.get(key))));
  }
  return [...next.values()];
};

/** Bounds are part of it: a version with other bounds begins other sums. */
const totalKey = ({ name, labels, state }: Total): string =>
  JSON.stringify([
    name,
    Object.entries(labels).toSorted(([left], [right]) => (left < right ? -1 : 1)),
    state.type === "histogram" ? state.bounds : null,
  ]);

/** All of it where it is less than before: then it began anew. */
const growth = (now: Total, before: Total | undefined): Total => {
  if (before === undefined || countOf(now) < countOf(before)) return now;
  return combine(now, before, (left, right) => left - right);
};

const add = (sum: Total | undefined, more: Total): Total =>
  sum === undefined ? more : combine(sum, more, (left, right) => left + right);

const countOf = ({ state }: Total): number =>
  state.type === "counter" ? state.value : (state.counts.at(-1) ?? 0);

const combine = (
  first: Total,
  second: Total,
  by: (left: number, right: number) => number,
): Total => {
  if (first.state.type === "counter" && second.state.type === "counter") {
    return {
      ...first,
      state: { type: "counter", value: by(first.state.value, second.state.value) },
    };
  }
  if (first.state.type !== "histogram" || second.state.type !== "histogram") return first;
  const { counts, sum } = second.state;
  return {
    ...first,
    state: {
      ...first.state,
      counts: first.state.counts.map((count, index) => by(count, counts[index] ?? 0)),
      sum: by(first.state.sum, sum),
    },
  };
};

const metrics = new Map<string, Metric>();

/** One object for each metric, as readings have it; `undefined` for a metric that this version does not declare. */
const metricOf = (name: string): Metric | undefined => {
  const definition = findDefinition(name);
  if (definition === undefined || definition.type === "gauge") return undefined;
  const { description, unit, type } = definition;
  const known = metrics.get(name) ?? { name, description, unit, type, declared: true };
  metrics.set(name, known);
  return known;
};

/** A total as a series, with the organization as a label if one is given. */
export const toSeries = (total: Total, organization?: string): ReadonlyArray<Series> => {
  const metric = metricOf(total.name);
  if (metric === undefined || metric.type !== total.state.type) return [];
  const named = organization === undefined ? {} : { "executor.organization": organization };
  const labels = Object.entries({ ...total.labels, ...named })
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, value]) => ({ key, value }));
  const shared = { source: total, metric, labels, createdAt: undefined, repairs: [] };
  const { state } = total;
  if (state.type === "counter") {
    return [{ ...shared, type: "number", value: state.value, exemplar: undefined }];
  }
  const unknown = { min: undefined, max: undefined, exemplars: undefined, native: undefined };
  return [
    {
      ...shared,
      ...unknown,
      type: "histogram",
      bounds: [...state.bounds, Number.POSITIVE_INFINITY],
      counts: Float64Array.from(state.counts),
      count: state.counts.at(-1) ?? 0,
      sum: state.sum,
    },
  ];
};

/** One list of all series, those of one identity added up. */
export const joinSeries = (all: Iterable<Series>): ReadonlyArray<Series> => {
  const joined = new Map<string, Series>();
  for (const series of all) {
    const key = keyOf(series);
    const known = joined.get(key);
    const sum = known === undefined ? series : mergeSeries(series.metric.type, known, series);
    if (sum !== undefined) joined.set(key, sum);
  }
  return [...joined.values()];
};

const keyOf = ({ metric, labels }: Series): string => JSON.stringify([metric.name, labels]);

const withLabels = (series: Series, labels: Series["labels"]): Series => {
  const { source, metric, createdAt, repairs } = series;
  const shared = { source, metric, createdAt, repairs, labels };
  switch (series.type) {
    case "number":
      return { ...shared, type: "number", value: series.value, exemplar: undefined };
    case "histogram": {
      const { bounds, counts, count, sum, min, max } = series;
      const rest = { exemplars: undefined, native: undefined };
      return { ...shared, ...rest, type: "histogram", bounds, counts, count, sum, min, max };
    }
    default: {
      const { quantiles, count, sum } = series;
      return { ...shared, type: "summary", quantiles, count, sum };
    }
  }
};
