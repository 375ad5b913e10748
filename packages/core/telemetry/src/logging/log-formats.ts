import type { LogRecord } from "./log-record.ts";

/** A record as one line, without its line end. */
export type LogFormat = (record: LogRecord) => string;

/** JSON: `timestamp`, `level` and `message`, and where there are some `trace_id`, `execution_id`, `error` and the attributes. */
export const jsonLine: LogFormat = (record) => toJson(Object.fromEntries(fieldsOf(record)));

/** The same fields as `name=value`, with quotes around values that have blanks or signs in them (logfmt). */
export const textLine: LogFormat = (record) =>
  fieldsOf(record)
    .map(([name, value]) => `${name.replaceAll(/[\s"=\p{C}]/gu, "_")}=${quoted(value)}`)
    .join(" ");

type Field = readonly [name: string, value: string];

/** The record's own fields come last into an object, so that no attribute replaces them. */
const fieldsOf = (record: LogRecord): ReadonlyArray<Field> => {
  const { time, level, message, error, traceId, spanId, executionId, attributes } = record;
  const own: ReadonlyArray<readonly [string, string | undefined]> = [
    ["timestamp", time.toISOString()],
    ["level", level],
    ["message", message],
    // Names of OpenTelemetry's "Trace Context in non-OTLP Log Formats".
    ["trace_id", traceId],
    ["span_id", spanId],
    ["execution_id", executionId],
    ["error", error],
  ];
  const given = own.flatMap(([name, value]): ReadonlyArray<Field> =>
    value === undefined ? [] : [[name, value]],
  );
  const names = new Set(own.map(([name]) => name));
  return [...given, ...attributes.filter(([name]) => !names.has(name))];
};

const quoted = (value: string): string => (/^[^\s"=\p{C}]+$/u.test(value) ? value : toJson(value));

/** Control characters, line separators, and characters that change the direction of writing: a terminal obeys them. */
const obeyed = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** JSON in which all of these characters are escaped: `JSON.stringify` escapes those below U+0020 only. */
const toJson = (value: unknown): string =>
  JSON.stringify(value).replaceAll(
    obeyed,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
