export * from "./boundaries.ts";
export { catalogue, findDefinition, type CatalogueEntry } from "./catalogue.ts";
export type { InstrumentDefinition, InstrumentOptions, LabelValues } from "./definition.ts";
export type { Exemplar } from "./exemplar.ts";
export { counter, gauge, histogram } from "./instrument.ts";
export type { Counter, Gauge, Histogram } from "./instrument.ts";
export { limitLabelSets, type LabelBudgets } from "./label-budgets.ts";
export type { NativeBuckets, NativeHistogramState } from "./native-histogram.ts";
export {
  currentOwner,
  Organisation,
  organisationMetrics,
  perOrganisation,
  separateOrganisations,
} from "./organisation.ts";
export type { MetricsOwner } from "./organisation.ts";
export { ChangedSeries, restoreSeries } from "./organisation-series.ts";
export type { SavedSeries, SavedState } from "./organisation-saved-series.ts";
export { processMetricsLayer, type BuildInfo } from "./process-metrics.ts";
export { createdAt, exemplarOf, holdNativeHistogram, nativeHistogramOf } from "./recording.ts";
export { RegistryReader, type SeriesHook } from "./registry-reader.ts";
export { observe, observeBeforeSnapshot, snapshot } from "./snapshot.ts";
export { httpMethodLabel } from "./http-method.ts";
