import { jsonLine, type LogFormat, textLine, toLogRecord } from "@executor/telemetry/logging";
import { Effect, Logger, Schema } from "effect";
import { InvalidSetting } from "../organization/settings.ts";

const formats: ReadonlyMap<string, LogFormat> = new Map([
  ["text", textLine],
  ["json", jsonLine],
]);

let line: LogFormat = textLine;

const decodeVariables = Schema.decodeUnknownSync(
  Schema.Struct({ EXECUTOR_LOG_FORMAT: Schema.optional(Schema.String) }),
);

/** Sets the form of all lines of this process by `EXECUTOR_LOG_FORMAT`, text unless given. Throws an {@link InvalidSetting}. */
export const chooseLogFormat = (variables: unknown): void => {
  const { EXECUTOR_LOG_FORMAT: name = "" } = decodeVariables(variables);
  const format = formats.get(name === "" ? "text" : name);
  if (format === undefined) {
    throw new InvalidSetting({ message: `EXECUTOR_LOG_FORMAT is text or json, and not ${name}.` });
  }
  line = format;
};

/** Writes a line to the platform's log, under the level that the platform knows too. */
export const logger = Logger.replace(
  Logger.defaultLogger,
  Logger.withLeveledConsole(Logger.make((options) => line(toLogRecord(options)))),
);

/** Logs from code that is no effect. */
export const log = (effect: Effect.Effect<void>): void => {
  Effect.runFork(Effect.provide(effect, logger));
};
