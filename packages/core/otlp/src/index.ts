export { readEnvironment } from "./environment.ts";
export { MetricsExporter } from "./exporter.ts";
export { exporterServices } from "./layer.ts";
export type { PushReport } from "./report.ts";
export { describe, shownUrl } from "./settings.ts";
export type { PushSettings } from "./settings.ts";
