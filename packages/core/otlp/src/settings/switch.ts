import { Config } from "effect";

const text = (name: string) =>
  Config.string(name).pipe(Config.withDefault(""), Config.map(trimmed));

const trimmed = (value: string): string => value.trim();

/**
 * Whether the environment asks for a push: an endpoint is set, and nothing switches it off (OpenTelemetry's "Environment Variable
 * Specification"). The module is separate, so that a push that is off loads nothing else.
 */
export const isPushWanted: Config.Config<boolean> = Config.all([
  text("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"),
  text("OTEL_EXPORTER_OTLP_ENDPOINT"),
  text("OTEL_SDK_DISABLED"),
  text("OTEL_METRICS_EXPORTER"),
]).pipe(
  Config.map(
    ([metricsEndpoint, endpoint, disabled, exporter]) =>
      (metricsEndpoint !== "" || endpoint !== "") &&
      disabled.toLowerCase() !== "true" &&
      exporter.toLowerCase() !== "none",
  ),
);
