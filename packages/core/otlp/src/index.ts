export { exporterServices, MetricsExporter } from "./metrics/exporter.ts";
export type { ExporterOptions, MetricsExporterService } from "./metrics/exporter.ts";
export type { PushReport } from "./delivery/report.ts";
export { readEnvironment } from "./settings/environment.ts";
export type { Environment } from "./settings/environment.ts";
export type { ResourceDefaults } from "./settings/exporter.ts";
export { describe, metricsSettings } from "./settings/metrics.ts";
export type { MetricsSettings } from "./settings/metrics.ts";
export { shownUrl } from "./settings/receiver.ts";
