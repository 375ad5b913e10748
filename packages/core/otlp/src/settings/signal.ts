/** A kind of telemetry that OTLP carries. */
export type Signal = "metrics" | "traces" | "logs";

/** What of OTLP/HTTP and of messages differs between signals. */
export interface SignalTraits {
  /** Subject of a sentence in the plural. */
  readonly title: string;
  /** One of its items. */
  readonly item: string;
  /** Appended to the address for all signals ("OTLP Exporter", "Endpoint URLs for OTLP/HTTP"). */
  readonly path: string;
  /** Count of left-out items in the JSON of a partial success; in protobuf it is field 1 of every signal. */
  readonly rejected: string;
}

export const signalTraits: Readonly<Record<Signal, SignalTraits>> = {
  metrics: {
    title: "Metrics",
    item: "data point",
    path: "/v1/metrics",
    rejected: "rejectedDataPoints",
  },
  traces: { title: "Traces", item: "span", path: "/v1/traces", rejected: "rejectedSpans" },
  logs: { title: "Logs", item: "log record", path: "/v1/logs", rejected: "rejectedLogRecords" },
};

/** The exporter's variable for one signal, which wins, and the one for all signals. */
export const exporterVariables = (signal: Signal, suffix: string): readonly [string, string] => [
  `OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${suffix}`,
  `OTEL_EXPORTER_OTLP_${suffix}`,
];
