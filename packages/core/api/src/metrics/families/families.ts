import type { MetricPair } from "effect";
import type { Conflicts } from "./conflicts.ts";
import type { FindDefinition } from "./descriptor.ts";
import type { FamilyNode } from "./family-node.ts";
import type { Family, HistogramSeries, ScalarSeries, Series, SummarySeries } from "./family.ts";
import { SeriesIndex } from "./series-index.ts";

export interface FamiliesOptions {
  /** What a metric of this name declares; the catalogue's own definitions unless given. */
  readonly definition?: FindDefinition;
}

export interface Families {
  /** Sorted by name. */
  readonly families: ReadonlyArray<Family>;
  readonly conflicts: Conflicts;
}

/** Prometheus families of one snapshot, as {@link SeriesIndex} makes them. */
export const toFamilies = (
  pairs: Iterable<MetricPair.MetricPair.Untyped>,
  { definition }: FamiliesOptions = {},
): Families => {
  const index = new SeriesIndex(definition);
  index.update(pairs);
  return { families: index.families.map(toFamily), conflicts: index.conflicts };
};

const toFamily = ({ header, leaves }: FamilyNode): Family => {
  const series: ReadonlyArray<Series> = leaves.flatMap((leaf) => leaf.series);
  const { type } = header;
  switch (type) {
    case "counter":
    case "gauge":
      return { ...header, type, series: series.filter(isScalar) };
    case "histogram":
      return { ...header, type, series: series.filter(isHistogram) };
    case "summary":
      return { ...header, type, series: series.filter(isSummary) };
  }
};

const isScalar = (series: Series): series is ScalarSeries =>
  series.type === "counter" || series.type === "gauge";
const isHistogram = (series: Series): series is HistogramSeries => series.type === "histogram";
const isSummary = (series: Series): series is SummarySeries => series.type === "summary";
