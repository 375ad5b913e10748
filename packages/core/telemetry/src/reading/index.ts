export { readPairs, RegistryReading } from "./registry-reading.ts";
export type {
  FindDefinition,
  MetricDefinition,
  RegistryReadingOptions,
} from "./registry-reading.ts";
export { mergeSeries } from "./series.ts";
export type {
  HistogramSeries,
  Labels,
  Metric,
  MetricType,
  NumberSeries,
  Repair,
  Series,
  SummarySeries,
} from "./series.ts";
export { atOnce, eventLoopTurn, inSlices, nextInSlices } from "./slices.ts";
export { unitWords } from "./units.ts";
