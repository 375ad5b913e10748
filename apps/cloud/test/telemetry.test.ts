import { describe, expect, it } from "@effect/vitest";
import { chooseLogFormat } from "../src/telemetry/logging.ts";
import { uselessVariables } from "../src/telemetry/useless-variables.ts";

describe("variables of telemetry", () => {
  it("are told where the cloud app has no use for them", () => {
    const variables = {
      OTEL_EXPORTER_OTLP_ENDPOINT: "https://otlp.example",
      OTEL_EXPORTER_OTLP_METRICS_HEADERS: "x-key=secret",
      OTEL_METRIC_EXPORT_INTERVAL: "5",
      OTEL_METRICS_EXPORTER: "none",
      OTEL_BLRP_MAX_QUEUE_SIZE: " ",
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: "https://logs.example",
      OTEL_BSP_SCHEDULE_DELAY: "100",
    };
    expect(uselessVariables(new Map(Object.entries(variables)))).toEqual([
      "OTEL_EXPORTER_OTLP_METRICS_HEADERS has no effect, because the cloud app pushes no metrics: scrape GET /api/metrics.",
      "OTEL_METRIC_EXPORT_INTERVAL has no effect, because the cloud app pushes no metrics: scrape GET /api/metrics.",
      "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT has no effect, because the cloud app pushes no logs: the platform keeps them.",
    ]);
  });

  it.each(["", "text", "json"])("take the format of logs %j", (EXECUTOR_LOG_FORMAT) => {
    expect(() => chooseLogFormat({ EXECUTOR_LOG_FORMAT })).not.toThrow();
    expect(() => chooseLogFormat({})).not.toThrow();
  });

  it.each(["xml", "JSON", "constructor"])("take no other format: %s", (EXECUTOR_LOG_FORMAT) => {
    expect(() => chooseLogFormat({ EXECUTOR_LOG_FORMAT })).toThrow(
      `EXECUTOR_LOG_FORMAT is text or json, and not ${EXECUTOR_LOG_FORMAT}.`,
    );
  });
});
