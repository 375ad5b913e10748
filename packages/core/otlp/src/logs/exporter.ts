import type { HttpClient } from "@effect/platform";
import { type LogRecord, toLogRecord } from "@executor/telemetry/logging";
import { Context, Effect, Layer, Logger } from "effect";
import { type BatchExporter, makeBatchExporter } from "../delivery/batch-exporter.ts";
import type { PushReport } from "../delivery/report.ts";
import type { InstrumentationScope } from "../metrics/encoding.ts";
import type { LogsSettings } from "../settings/logs.ts";
import { bytesOf } from "./encoding.ts";
import { encodeJson } from "./json.ts";
import { processedLogs } from "./metrics.ts";
import { encodeProtobuf } from "./protobuf.ts";

export interface LogExporterOptions {
  readonly settings: LogsSettings;
  readonly scope: InstrumentationScope;
}

export interface LogExporterService extends Pick<
  BatchExporter<LogRecord>,
  "flush" | "stopping" | "silence"
> {
  /** Exports one record, which says what it is for, without retries, and neither records nor logs the report. */
  readonly tryOnce: Effect.Effect<PushReport>;
  /** Exports what is logged by it. Do not add it where the layer is built: lines about the export would be exported. */
  readonly logger: Logger.Logger<unknown, void>;
}

/** Exports log records to one OTLP/HTTP receiver. */
export class LogExporter extends Context.Tag("@executor/otlp/LogExporter")<
  LogExporter,
  LogExporterService
>() {
  /** Exports at its interval and whenever there is a whole batch, and the rest when the scope closes. */
  static readonly layer = ({
    settings,
    scope,
  }: LogExporterOptions): Layer.Layer<LogExporter, never, HttpClient.HttpClient> =>
    Layer.scoped(
      LogExporter,
      Effect.gen(function* () {
        const { add, exportForever, tryOnce, ...exporter } = yield* makeBatchExporter<LogRecord>({
          signal: "logs",
          settings,
          scope,
          encode: settings.protocol === "http/json" ? encodeJson : encodeProtobuf,
          bytesOf,
          processed: processedLogs,
          advice: "Raise OTEL_BLRP_MAX_QUEUE_SIZE; the log on standard error has them all.",
        });
        yield* exportForever;
        return {
          ...exporter,
          tryOnce: Effect.suspend(() => tryOnce([trialRecord()])),
          logger: Logger.make((options) => add(toLogRecord(options))),
        };
      }),
    );
}

const trialRecord = (): LogRecord => ({
  time: new Date(),
  level: "INFO",
  message: "executor metrics push --dry-run",
  error: undefined,
  traceId: undefined,
  spanId: undefined,
  executionId: undefined,
  attributes: [],
});
