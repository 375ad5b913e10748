import { type Labels, mergeSeries, type Metric, type Series } from "@executor/telemetry/reading";
import type { MetricHeader, Temporality } from "./encoding.ts";
import { nativeOf } from "./exponential.ts";

/** Indices of a metric's series in a reading. Several series of one identity are merged, since a receiver refuses them. */
export interface MetricGroup {
  readonly header: MetricHeader;
  readonly members: ReadonlyArray<number | ReadonlyArray<number>>;
}

/** The values of `OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION`. */
export type HistogramAggregation =
  | "explicit_bucket_histogram"
  | "base2_exponential_bucket_histogram";

/** Series between two pauses. */
const step = 64;

/** Sorts readings of one registry by metric, anew only where series have come or gone. */
export class SeriesGroups {
  readonly #temporality: Temporality;
  readonly #histograms: HistogramAggregation;
  #sources: ReadonlyArray<object> = [];
  #groups: ReadonlyArray<MetricGroup> = [];

  constructor(temporality: Temporality, histograms: HistogramAggregation) {
    this.#temporality = temporality;
    this.#histograms = histograms;
  }

  /** Groups of a reading's series in order of first appearance; a step is a place to pause. */
  *steps(series: ReadonlyArray<Series>): Generator<void, ReadonlyArray<MetricGroup>> {
    if (!this.#isCurrent(series)) {
      this.#groups = yield* this.#group(series);
      this.#sources = series.map(({ source }) => source);
    }
    return this.#groups;
  }

  #isCurrent(series: ReadonlyArray<Series>): boolean {
    const sources = this.#sources;
    return (
      series.length === sources.length &&
      series.every(({ source }, index) => source === sources[index])
    );
  }

  *#group(series: ReadonlyArray<Series>): Generator<void, ReadonlyArray<MetricGroup>> {
    const groups = new Map<string, GroupBuilder>();
    const byMetric = new Map<Metric, GroupBuilder>();
    for (const [index, { metric, labels }] of series.entries()) {
      if (index % step === step - 1) yield;
      let group = byMetric.get(metric);
      if (group === undefined) {
        const id = `${metric.type}\u0000${metric.unit}\u0000${metric.name}`;
        group = groups.get(id) ?? new GroupBuilder(this.#headerOf(metric));
        groups.set(id, group);
        byMetric.set(metric, group);
      }
      group.add(index, labels);
    }
    return [...groups.values()].map(({ header, members }) => ({
      header: { ...header, isExponential: this.#isExponential(header, members, series) },
      members,
    }));
  }

  /** All series of a metric are pushed in the same way. */
  #isExponential(
    { type }: MetricHeader,
    members: MetricGroup["members"],
    series: ReadonlyArray<Series>,
  ): boolean {
    return (
      type === "histogram" &&
      this.#histograms === "base2_exponential_bucket_histogram" &&
      members.every((member) => {
        const one = typeof member === "number" ? series[member] : undefined;
        return one?.type === "histogram" && nativeOf(one) !== undefined;
      })
    );
  }

  #headerOf({ name, description, unit, type }: Metric): MetricHeader {
    const temporality =
      type === "counter" || type === "histogram" ? this.#temporality : "cumulative";
    return { name, description, unit, type, temporality, isExponential: false };
  }
}

class GroupBuilder implements MetricGroup {
  readonly members: Array<number | ReadonlyArray<number>> = [];
  readonly #positions = new Map<string, number>();

  constructor(readonly header: MetricHeader) {}

  add(index: number, labels: Labels): void {
    const id = identity(labels);
    const position = this.#positions.get(id);
    if (position === undefined) {
      this.#positions.set(id, this.members.push(index) - 1);
    } else {
      this.members[position] = [this.members[position] ?? [], index].flat();
    }
  }
}

/** A text that is the same for equal labels only. */
const identity = (labels: Labels): string => {
  let text = "";
  for (const { key, value } of labels) text += `${key.length}:${key}${value.length}:${value}`;
  return text;
};

/** Series of one group, those of one identity merged as a scrape merges them; what cannot be merged is left out. */
export function* seriesOf(
  { header, members }: MetricGroup,
  series: ReadonlyArray<Series>,
): Generator<Series> {
  for (const member of members) {
    if (typeof member === "number") {
      const one = series[member];
      if (one !== undefined) yield one;
      continue;
    }
    yield member
      .flatMap((index) => series[index] ?? [])
      .reduce((first, second) => mergeSeries(header.type, first, second) ?? first);
  }
}
