import { counter, gauge } from "@executor/telemetry";
import type { Signal } from "../settings/signal.ts";

/** Instruments of the push, by OpenTelemetry's semantic conventions for SDK metrics where they have one. */

/** Without `error.type` for accepted items; `rejected` for items that the receiver left out of a request that it took. */
const exported = (item: "metric_data_point" | "span" | "log", description: string, unit: string) =>
  counter({
    name: `otel.sdk.exporter.${item}.exported`,
    description,
    unit,
    labels: ["error.type"],
    maxLabelSets: 32,
  });

export const exportedItems = {
  metrics: exported(
    "metric_data_point",
    "Data points for which a push has ended, well or not.",
    "{data_point}",
  ),
  traces: exported("span", "Spans for which a push has ended, well or not.", "{span}"),
  logs: exported("log", "Log records for which a push has ended, well or not.", "{log_record}"),
} satisfies Readonly<Record<Signal, unknown>>;

/** Unix seconds. */
const last = (signal: Signal) =>
  gauge({
    name: `executor.${signal}.export.last_success.timestamp`,
    description: `When a receiver last took all requests of a push of ${signal}.`,
    unit: "s",
    labels: [],
  });

export const lastSuccess = {
  metrics: last("metrics"),
  traces: last("traces"),
  logs: last("logs"),
} satisfies Readonly<Record<Signal, unknown>>;
