export { exporterServices, MetricsExporter } from "./delivery/exporter.ts";
export type { PushReport } from "./delivery/report.ts";
export { shownUrl } from "./settings/receiver.ts";
export { describe, readEnvironment } from "./settings/environment.ts";
export type { PushSettings } from "./settings/environment.ts";
