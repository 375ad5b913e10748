import { Effect } from "effect";
import type { Temporality } from "../metrics/encoding.ts";
import type { HistogramAggregation } from "../metrics/groups.ts";
import type { SettingsDefinition } from "./environment.ts";
import {
  type ExporterSettings,
  resolveExporter,
  variablesOfExporter,
  withTimeout,
} from "./exporter.ts";
import { shownUrl } from "./receiver.ts";
import { resolveChoice, resolveMillis } from "./values.ts";

/** To save memory, `lowmemory` leaves asynchronous counters cumulative; there are none here, so it is `delta`. */
const temporalities = ["cumulative", "delta", "lowmemory"] as const;

const aggregations = ["explicit_bucket_histogram", "base2_exponential_bucket_histogram"] as const;

/** Settings of the push of metrics. */
export interface MetricsSettings extends ExporterSettings {
  readonly temporality: Temporality;
  /** Exponential buckets are pushed of the histograms that have them, which are those of Executor's instruments. */
  readonly histograms: HistogramAggregation;
  /** From the end of an export to the start of the next. */
  readonly intervalMillis: number;
}

const temporalityVariable = "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE";
const aggregationVariable = "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION";
const intervalVariable = "OTEL_METRIC_EXPORT_INTERVAL";
const timeoutVariable = "OTEL_METRIC_EXPORT_TIMEOUT";

export const metricsSettings: SettingsDefinition<MetricsSettings> = {
  variables: [
    ...variablesOfExporter("metrics"),
    temporalityVariable,
    aggregationVariable,
    intervalVariable,
    timeoutVariable,
  ],
  resolve: (lookup, defaults, report) =>
    Effect.map(resolveExporter("metrics", lookup, defaults, report), (exporter) => {
      if (exporter === undefined) return undefined;
      const temporality = resolveChoice(lookup, [temporalityVariable], temporalities, report);
      const histograms = resolveChoice(lookup, [aggregationVariable], aggregations, report);
      if (/(^|\.)axiom\.co$/.test(new URL(exporter.url).hostname)) {
        if (exporter.protocol === "http/json") {
          report("Axiom takes metrics as http/protobuf only, and the protocol is http/json.");
        }
        if (histograms !== aggregations[0]) {
          report(`Axiom takes no exponential histograms, which ${aggregationVariable} asks for.`);
        }
      }
      return {
        ...withTimeout(exporter, lookup, timeoutVariable, report),
        temporality: temporality === "lowmemory" ? "delta" : temporality,
        histograms,
        intervalMillis: resolveMillis(lookup, [intervalVariable], 60_000, report),
      };
    }),
};

/** One line about where metrics are pushed, without secrets. */
export const describe = (settings: MetricsSettings): string => {
  const { protocol, compression, temporality, histograms, intervalMillis } = settings;
  const headers = Object.keys(settings.headers).toSorted();
  const sent = headers.length === 0 ? "" : `; headers ${headers.join(", ")}`;
  return `Metrics are pushed to ${shownUrl(settings.url)} every ${intervalMillis / 1_000} s (${protocol}, ${compression === "none" ? "not compressed" : compression}, ${temporality}${histograms === aggregations[0] ? "" : ", exponential histograms"}${sent})`;
};
