/** The export of spans alone, for an app that pushes nothing else. */
export { checkVariables, readEnvironment } from "../settings/environment.ts";
export { describeTraces, tracesSettings } from "../settings/traces.ts";
export type { TracesSettings } from "../settings/traces.ts";
export { manualSpanExporter } from "./exporter.ts";
export type { ManualSpanExporter } from "./exporter.ts";
