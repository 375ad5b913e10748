export * from "./instruments/instrument.ts";
export { catalogue, findDefinition, restoreSeries } from "./labels/label-sets.ts";
export type {
  CatalogueEntry,
  InstrumentDefinition,
  InstrumentOptions,
  LabelValues,
  NumberOptions,
} from "./labels/label-sets.ts";
export { counter, gauge, histogram } from "./instruments/instrument.ts";
export type { Counter, Gauge, Histogram } from "./instruments/instrument.ts";
export type { NativeBuckets, NativeHistogramState } from "./instruments/native-histogram.ts";
export type { Exemplar, SavedSeries, SavedState } from "./instruments/recording.ts";
export { distribution, type Distribution } from "./instruments/distribution.ts";
export { estimateTokens } from "./tokens/token-estimate.ts";
export { limitLabelSets, type LabelBudgets } from "./labels/label-sets.ts";
export { httpMethodLabel, mcpVersionLabel, rpcStatusLabel } from "./labels/protocol-labels.ts";
export { processMetricsLayer, type BuildInfo } from "./process/process-metrics.ts";
export { observe, observeBeforeSnapshot } from "./reading/registry-reading.ts";
export { snapshot } from "./reading/registry-reading.ts";
export {
  currentOwner,
  Organization,
  organizationMetrics,
  perOrganization,
  separateOrganizations,
} from "./tenancy/organization.ts";
export type { MetricsOwner } from "./tenancy/organization.ts";
