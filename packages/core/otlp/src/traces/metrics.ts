import { counter } from "@executor/telemetry";

/** By OpenTelemetry's semantic conventions for SDK metrics. `queue_full` for spans that were dropped. */
export const processedSpans = counter({
  name: "otel.sdk.processor.span.processed",
  description: "Spans that left the queue in front of the exporter, or found it full.",
  unit: "{span}",
  labels: ["error.type"],
  maxLabelSets: 2,
});
