import { jsonLine, textLine, toLogRecord } from "@executor/telemetry/logging";
import { Effect, Layer, Logger } from "effect";
import { logFormat } from "./server/config.ts";

const formats = { text: textLine, json: jsonLine };

/** Logs on standard error, because standard output carries results only. A format that is not known is reported elsewhere. */
export const logger = Layer.unwrapEffect(
  logFormat.pipe(
    Effect.orElseSucceed(() => "text" as const),
    Effect.map((format) => {
      const line = Logger.make((options) => formats[format](toLogRecord(options)));
      return Logger.replace(Logger.defaultLogger, Logger.withConsoleError(line));
    }),
  ),
);
