import { defaultPort } from "../server/config.ts";

/** A command for a person to type, which reaches the same daemon. */
export const commandLine = (port: number, ...words: ReadonlyArray<string>): string =>
  ["executor", ...words, ...(port === defaultPort ? [] : ["--port", String(port)])].join(" ");
