export { readEnvironment } from "./settings/environment.ts";
export { MetricsExporter } from "./delivery/exporter.ts";
export { exporterServices } from "./delivery/layer.ts";
export type { PushReport } from "./delivery/report.ts";
export { describe, shownUrl } from "./settings/settings.ts";
export type { PushSettings } from "./settings/settings.ts";
