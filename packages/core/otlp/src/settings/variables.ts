import { exemplarFilters } from "@executor/telemetry/tracing";
import { certificateSuffixes } from "./certificates.ts";
import { exporterVariables, type Signal } from "./signal.ts";
import type { Lookup } from "./values.ts";

/**
 * Every variable of OpenTelemetry's "Environment Variable Specification" and of the pages that it refers to, as of version 1.60:
 * those that Executor honours, and those that it does not, each with the reason as a clause that follows "because".
 */
export interface Variable {
  readonly name: string;
  /** `undefined` where the variable is honoured. */
  readonly unsupported: string | undefined;
}

const signals: ReadonlyArray<Signal> = ["metrics", "traces", "logs"];

const honoured = (...names: ReadonlyArray<string>): ReadonlyArray<Variable> =>
  names.map((name) => ({ name, unsupported: undefined }));

const unsupported = (reason: string, ...names: ReadonlyArray<string>): ReadonlyArray<Variable> =>
  names.map((name) => ({ name, unsupported: reason }));

const ofEach = (prefix: string, ...suffixes: ReadonlyArray<string>): ReadonlyArray<string> =>
  suffixes.map((suffix) => `${prefix}_${suffix}`);

const exporterSuffixes = [
  "ENDPOINT",
  "HEADERS",
  "PROTOCOL",
  "COMPRESSION",
  "TIMEOUT",
  ...certificateSuffixes,
];

const batchSuffixes = [
  "SCHEDULE_DELAY",
  "EXPORT_TIMEOUT",
  "MAX_QUEUE_SIZE",
  "MAX_EXPORT_BATCH_SIZE",
];

const ofSignal: Readonly<Record<Signal, ReadonlyArray<string>>> = {
  metrics: [
    "OTEL_METRICS_EXPORTER",
    ...ofEach("OTEL_EXPORTER_OTLP_METRICS", ...exporterSuffixes),
    "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE",
    "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION",
    ...ofEach("OTEL_METRIC_EXPORT", "INTERVAL", "TIMEOUT"),
    "OTEL_METRICS_EXEMPLAR_FILTER",
  ],
  traces: [
    "OTEL_TRACES_EXPORTER",
    ...ofEach("OTEL_EXPORTER_OTLP_TRACES", ...exporterSuffixes),
    ...ofEach("OTEL_TRACES_SAMPLER", "ARG"),
    "OTEL_TRACES_SAMPLER",
    ...ofEach("OTEL_BSP", ...batchSuffixes),
  ],
  logs: [
    "OTEL_LOGS_EXPORTER",
    ...ofEach("OTEL_EXPORTER_OTLP_LOGS", ...exporterSuffixes),
    ...ofEach("OTEL_BLRP", ...batchSuffixes),
  ],
};

export const variables: ReadonlyArray<Variable> = [
  ...honoured(
    ...ofEach("OTEL", "SDK_DISABLED", "SERVICE_NAME", "RESOURCE_ATTRIBUTES"),
    ...ofEach("OTEL_EXPORTER_OTLP", ...exporterSuffixes),
  ),
  ...honoured(...signals.flatMap((signal) => ofSignal[signal])),
  ...unsupported(
    "it is for gRPC, and over HTTP the address says whether the connection is encrypted",
    "OTEL_EXPORTER_OTLP_INSECURE",
    ...signals.map((signal) => exporterVariables(signal, "INSECURE")[0]),
    ...ofEach("OTEL_EXPORTER_OTLP", "SPAN_INSECURE", "METRIC_INSECURE"),
  ),
  ...unsupported(
    "Executor takes and sends the W3C trace context, and nothing else",
    "OTEL_PROPAGATORS",
  ),
  ...unsupported(
    "what Executor exports has few attributes, whose number and length are bounded already",
    ...ofEach("OTEL", "ATTRIBUTE_VALUE_LENGTH_LIMIT", "ATTRIBUTE_COUNT_LIMIT"),
    ...ofEach("OTEL_SPAN", "ATTRIBUTE_VALUE_LENGTH_LIMIT", "ATTRIBUTE_COUNT_LIMIT"),
    ...ofEach("OTEL_SPAN", "EVENT_COUNT_LIMIT", "LINK_COUNT_LIMIT"),
    "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT",
    ...ofEach("OTEL_LOGRECORD", "ATTRIBUTE_VALUE_LENGTH_LIMIT", "ATTRIBUTE_COUNT_LIMIT"),
  ),
  ...unsupported(
    "Executor's log tells what becomes of telemetry, at the levels of any other line",
    "OTEL_LOG_LEVEL",
  ),
  ...unsupported(
    "the daemon shows its metrics at GET /api/metrics of its own address, which EXECUTOR_PORT sets",
    ...ofEach("OTEL_EXPORTER_PROMETHEUS", "HOST", "PORT"),
  ),
  ...unsupported(
    "of exporters Executor has OTLP only",
    ...ofEach("OTEL_EXPORTER_ZIPKIN", "ENDPOINT", "TIMEOUT", "PROTOCOL"),
  ),
  ...unsupported(
    "Executor reads no declarative configuration, and the other variables stay in force",
    "OTEL_CONFIG_FILE",
    "OTEL_EXPERIMENTAL_CONFIG_FILE",
  ),
  ...unsupported(
    "a resource is described by OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME",
    "OTEL_ENTITIES",
  ),
  ...unsupported(
    "Executor records by one version of the conventions",
    "OTEL_SEMCONV_STABILITY_OPT_IN",
  ),
];

const byName: ReadonlyMap<string, Variable> = new Map(
  variables.map((variable) => [variable.name, variable]),
);

/**
 * Whole sentences about variables that are set and have no effect, whatever is pushed: `names` are those that are set. What a
 * variable that is honoured holds is checked where its signal's settings are read.
 */
export const problemsOf = (names: ReadonlyArray<string>, lookup: Lookup): ReadonlyArray<string> => {
  const disabled = lookup("OTEL_SDK_DISABLED")?.toLowerCase();
  if (disabled === "true") return [];
  return names
    .map((name) => problemOf(name, lookup))
    .filter((problem) => problem !== undefined)
    .toSorted();
};

const problemOf = (name: string, lookup: Lookup): string | undefined => {
  const variable = byName.get(name);
  if (variable === undefined) {
    return `${name} is no variable of OpenTelemetry's specification that Executor knows, and has no effect.`;
  }
  if (variable.unsupported !== undefined) {
    return `${name} has no effect, because ${variable.unsupported}.`;
  }
  const text = lookup(name)?.toLowerCase();
  if (name === "OTEL_SDK_DISABLED" && text !== "false") {
    return "OTEL_SDK_DISABLED is neither true nor false, and counts as false.";
  }
  if (
    name === "OTEL_METRICS_EXEMPLAR_FILTER" &&
    !exemplarFilters.some((filter) => filter === text)
  ) {
    return `${name} is none of ${exemplarFilters.join(", ")}; trace_based is used.`;
  }
  const signal = signals.find((one) => name === `OTEL_${one.toUpperCase()}_EXPORTER`);
  return signal === undefined ? undefined : exporterProblem(signal, name, text, lookup);
};

/** Where an endpoint is set, the signal's settings tell it. */
const exporterProblem = (
  signal: Signal,
  name: string,
  text: string | undefined,
  lookup: Lookup,
): string | undefined => {
  if (exporterVariables(signal, "ENDPOINT").some((endpoint) => lookup(endpoint) !== undefined)) {
    return undefined;
  }
  if (text === "none") return undefined;
  return text === "otlp"
    ? `${name} is otlp, and nothing says where to: set ${exporterVariables(signal, "ENDPOINT").join(" or ")}.`
    : `${name} has no effect, because of exporters Executor has otlp only.${signal === "metrics" ? " Its metrics are at GET /api/metrics." : ""}`;
};
