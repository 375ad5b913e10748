export { MetricsApi } from "./api.ts";
export { conflictReasons, type ConflictReason, type Conflicts } from "./conflicts.ts";
export { prometheusContentType } from "./content-types.ts";
export type { Families, FamiliesOptions, MetricDefinition } from "./families.ts";
export { toFamilies } from "./families.ts";
export type { Family, FamilyType, Labels } from "./family.ts";
export { metricsHandlers } from "./handlers.ts";
export { renderPrometheus, writePrometheus } from "./prometheus.ts";
