import { Effect } from "effect";
import { type BatchSettings, resolveBatches, variablesOfBatches } from "./batches.ts";
import type { SettingsDefinition } from "./environment.ts";
import { type ExporterSettings, resolveExporter, variablesOfExporter } from "./exporter.ts";
import { shownUrl } from "./receiver.ts";

/** Settings of the export of log records. */
export type LogsSettings = ExporterSettings & BatchSettings;

export const logsSettings: SettingsDefinition<LogsSettings> = {
  variables: [...variablesOfExporter("logs"), ...variablesOfBatches("OTEL_BLRP")],
  resolve: (lookup, defaults, report) =>
    Effect.map(resolveExporter("logs", lookup, defaults, report), (exporter) =>
      exporter === undefined
        ? undefined
        : resolveBatches("OTEL_BLRP", exporter, lookup, 1_000, report),
    ),
};

/** One line about where logs are pushed, without secrets. */
export const describeLogs = ({ protocol, url }: LogsSettings): string =>
  `Logs are pushed to ${shownUrl(url)} (${protocol})`;
