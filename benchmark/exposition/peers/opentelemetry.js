/* oxlint-disable -- written without types, since a peer is not installed where the workspace is checked */
import { PrometheusExporter, PrometheusSerializer } from "@opentelemetry/exporter-prometheus";
import { AggregationType, MeterProvider } from "@opentelemetry/sdk-metrics";

/** OpenTelemetry's SDK with its Prometheus exporter; its limit of 2,000 label sets is lifted. */
export const make = ({ size, labelsOf, bounds }) => {
  const reader = new PrometheusExporter({ preventServerStart: true });
  const provider = new MeterProvider({
    readers: [reader],
    views: [
      { instrumentName: "tool_calls", aggregationCardinalityLimit: size + 2 },
      {
        instrumentName: "tool_call_duration",
        aggregationCardinalityLimit: size + 2,
        aggregation: {
          type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM,
          options: { boundaries: bounds },
        },
      },
    ],
  });
  const meter = provider.getMeter("benchmark");
  const counter = meter.createCounter("tool_calls", { description: "Calls." });
  const histogram = meter.createHistogram("tool_call_duration", {
    description: "Time of a call.",
    unit: "s",
  });
  const serializer = new PrometheusSerializer();
  const sets = Array.from({ length: size }, (_, index) => labelsOf(index));
  return {
    add: (index, amount) => counter.add(amount, sets[index]),
    observe: (index, value) => histogram.record(value, sets[index]),
    render: async () => serializer.serialize((await reader.collect()).resourceMetrics),
  };
};
