export { readPairs, RegistryReading } from "./registry-reading.ts";
export type {
  FindDefinition,
  MetricDefinition,
  Pairs,
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
export { sortInSteps } from "./slices.ts";
export { atOnce, eventLoopTurn, inSlices, nextInSlices } from "./slices.ts";
export { isUnit, toReadUnit, unitWords } from "./identity.ts";
