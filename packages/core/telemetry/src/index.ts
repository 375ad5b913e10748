export * from "./instruments/boundaries.ts";
export { catalogue, findDefinition, type CatalogueEntry } from "./instruments/catalogue.ts";
export type {
  InstrumentDefinition,
  InstrumentOptions,
  LabelValues,
} from "./instruments/definition.ts";
export type { Exemplar } from "./instruments/exemplar.ts";
export { counter, gauge, histogram } from "./instruments/instrument.ts";
export type { Counter, Gauge, Histogram } from "./instruments/instrument.ts";
export { limitLabelSets, type LabelBudgets } from "./labels/label-budgets.ts";
export type { NativeBuckets, NativeHistogramState } from "./instruments/native-histogram.ts";
export {
  currentOwner,
  Organization,
  organizationMetrics,
  perOrganization,
  separateOrganizations,
} from "./tenancy/organization.ts";
export type { MetricsOwner } from "./tenancy/organization.ts";
export { ChangedSeries, restoreSeries } from "./tenancy/changed-series.ts";
export type { SavedSeries, SavedState } from "./tenancy/saved-series.ts";
export { processMetricsLayer, type BuildInfo } from "./process/process-metrics.ts";
export {
  createdAt,
  exemplarOf,
  holdNativeHistogram,
  nativeHistogramOf,
} from "./instruments/recording.ts";
export { RegistryReader, type SeriesHook } from "./reading/registry-reader.ts";
export { observe, observeBeforeSnapshot, snapshot } from "./reading/snapshot.ts";
export { httpMethodLabel } from "./labels/http-method.ts";
