import { Logger } from "effect";

/** Logs on standard error, because standard output carries results only. */
export const logger = Logger.replace(
  Logger.defaultLogger,
  Logger.withConsoleError(Logger.logfmtLogger),
);
