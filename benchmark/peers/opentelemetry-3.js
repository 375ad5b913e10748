/* oxlint-disable -- written without types, since a peer is not installed where the workspace is checked */
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  AggregationType,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";

/** OpenTelemetry JS 3, its limit of 2,000 label sets lifted: `size` counters and a tenth as many histograms. */
export const startPush = (url, size, labelsOf) => {
  const boundaries = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];
  const reader = new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter({ url, timeoutMillis: 300_000 }),
    exportIntervalMillis: 3_600_000,
    exportTimeoutMillis: 300_000,
  });
  const provider = new MeterProvider({
    readers: [reader],
    resource: resourceFromAttributes({ "service.name": "test" }),
    views: [
      { instrumentName: "calls", aggregationCardinalityLimit: size + 2 },
      {
        instrumentName: "duration",
        aggregationCardinalityLimit: size + 2,
        aggregation: { type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM, options: { boundaries } },
      },
    ],
  });
  const meter = provider.getMeter("test");
  const calls = meter.createCounter("calls");
  const durations = meter.createHistogram("duration", { unit: "s" });
  return {
    record: () => {
      for (let index = 0; index < size; index += 1) {
        calls.add(1, labelsOf(index));
        if (index % 10 === 0) durations.record((index % 97) / 10, labelsOf(index));
      }
    },
    push: () => reader.forceFlush(),
  };
};
