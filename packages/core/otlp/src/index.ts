export { exporterServices, MetricsExporter } from "./delivery/exporter.ts";
export type { ExporterOptions, MetricsExporterService } from "./delivery/exporter.ts";
export type { PushReport } from "./delivery/report.ts";
export { describe, readEnvironment } from "./settings/environment.ts";
export type { Environment, PushSettings, ResourceDefaults } from "./settings/environment.ts";
export { shownUrl } from "./settings/receiver.ts";
