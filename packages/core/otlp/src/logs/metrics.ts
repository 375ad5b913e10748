import { counter } from "@executor/telemetry";

/** By OpenTelemetry's semantic conventions for SDK metrics. `queue_full` for records that were dropped. */
export const processedLogs = counter({
  name: "otel.sdk.processor.log.processed",
  description: "Log records that left the queue in front of the exporter, or found it full.",
  unit: "{log_record}",
  labels: ["error.type"],
  maxLabelSets: 2,
});
