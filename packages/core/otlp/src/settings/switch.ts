import { type ExemplarFilter, exemplarFilters } from "@executor/telemetry/tracing";
import { Config, Effect, HashSet } from "effect";
import type { Signal } from "./signal.ts";

const text = (name: string) =>
  Config.string(name).pipe(Config.withDefault(""), Config.map(trimmed));

const trimmed = (value: string): string => value.trim();

/**
 * Whether the environment asks for a push of a signal: an endpoint is set, and nothing switches it off (OpenTelemetry's
 * "Environment Variable Specification"). The module is separate, so that a push that is off loads nothing else.
 */
export const isPushWanted = (signal: Signal): Config.Config<boolean> => {
  const name = signal.toUpperCase();
  return Config.all([
    text(`OTEL_EXPORTER_OTLP_${name}_ENDPOINT`),
    text("OTEL_EXPORTER_OTLP_ENDPOINT"),
    text("OTEL_SDK_DISABLED"),
    text(`OTEL_${name}_EXPORTER`),
  ]).pipe(
    Config.map(
      ([own, endpoint, disabled, exporter]) =>
        (own !== "" || endpoint !== "") &&
        disabled.toLowerCase() !== "true" &&
        exporter.toLowerCase() !== "none",
    ),
  );
};

/**
 * The filter of exemplars, which are in scrapes and in pushes. A value that is none of the specification's is told with the other
 * problems of variables.
 */
export const exemplarFilter: Config.Config<ExemplarFilter> = Config.map(
  text("OTEL_METRICS_EXEMPLAR_FILTER"),
  (chosen) => exemplarFilters.find((filter) => filter === chosen.toLowerCase()) ?? "trace_based",
);

/** Whether any variable of OpenTelemetry is in the environment, so that those without effect can be told. */
export const isAnySet: Effect.Effect<boolean> = Effect.configProviderWith((provider) =>
  provider.flattened.enumerateChildren(["OTEL"]).pipe(
    Effect.orDie,
    Effect.map((words) => HashSet.size(words) > 0),
  ),
);
