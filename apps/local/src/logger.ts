import { Logger } from "effect";

/** Standard output is for results alone. */
export const logger = Logger.replace(
  Logger.defaultLogger,
  Logger.withConsoleError(Logger.logfmtLogger),
);
