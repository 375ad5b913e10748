import { counter, gauge } from "@executor/telemetry";

/** Instruments of the push, by OpenTelemetry's semantic conventions for SDK metrics where they have one. */

/** Without `error.type` for accepted points; `rejected` for points that the receiver left out of a request that it took. */
export const exportedPoints = counter({
  name: "otel.sdk.exporter.metric_data_point.exported",
  description: "Data points for which a push has ended, well or not.",
  unit: "{data_point}",
  labels: ["error.type"],
  maxLabelSets: 32,
});

/** Unix seconds. */
export const lastSuccess = gauge({
  name: "executor.metrics.export.last_success.timestamp",
  description: "When a receiver last took all requests of a push.",
  unit: "s",
  labels: [],
});
