export * from "./boundaries.ts";
export { catalogue, findDefinition, type CatalogueEntry } from "./catalogue.ts";
export type { InstrumentDefinition, InstrumentOptions, LabelValues } from "./definition.ts";
export { counter, gauge, histogram } from "./instrument.ts";
export type { Counter, Gauge, Histogram } from "./instrument.ts";
export { processMetricsLayer, type BuildInfo } from "./process-metrics.ts";
export { observeBeforeSnapshot, snapshot } from "./snapshot.ts";
