import { Array as Arr, Cause, Fiber, Inspectable } from "effect";
import type { Logger } from "effect";
import { spanOf } from "../tracing/traced.ts";
import { boundedText } from "./bounded-text.ts";

/** One line of a log as data, whatever it is written as. Each of its texts is cut to 8,192 characters. */
export interface LogRecord {
  readonly time: Date;
  /** `TRACE`, `DEBUG`, `INFO`, `WARN`, `ERROR` or `FATAL`. */
  readonly level: string;
  readonly message: string;
  /** Why it was logged, with stacks; `undefined` where there is no cause. */
  readonly error: string | undefined;
  /** Of the current span where traces are made, or as it was annotated. */
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  /** Of the execution for which it was logged. */
  readonly executionId: string | undefined;
  /** All other annotations, by their names. */
  readonly attributes: ReadonlyArray<readonly [key: string, value: string]>;
}

type LogOptions = Pick<
  Logger.Logger.Options<unknown>,
  "annotations" | "cause" | "date" | "logLevel" | "message"
>;

/** The record of what Effect gives a logger. */
export const toLogRecord = ({
  annotations,
  cause,
  date,
  logLevel,
  message,
}: LogOptions): LogRecord => {
  const said = Arr.ensure(message);
  const errors = said.filter((part) => part instanceof Error).map(describeError);
  if (!Cause.isEmpty(cause)) errors.push(Cause.pretty(cause, { renderErrorCause: true }));
  const span = currentSpan();
  const { traceId, executionId, ...others } = Object.fromEntries(
    [...annotations].map(
      ([key, value]) =>
        [boundedText(key), boundedText(Inspectable.toStringUnknown(value, 0))] as const,
    ),
  );
  return {
    time: date,
    level: logLevel.label,
    message: boundedText(
      said
        .filter((part) => !(part instanceof Error))
        .map((part) => Inspectable.toStringUnknown(part, 0))
        .join(" "),
    ),
    error: errors.length === 0 ? undefined : boundedText(errors.join("\n")),
    traceId: traceId ?? span?.traceId,
    spanId: traceId === undefined ? span?.spanId : undefined,
    executionId,
    attributes: Object.entries(others).toSorted(([left], [right]) => (left < right ? -1 : 1)),
  };
};

const describeError = (error: Error): string => error.stack ?? String(error);

/** A logger is called in the fiber that logs. */
const currentSpan = () => {
  const fiber = Fiber.getCurrentFiber();
  return fiber._tag === "Some" ? spanOf(fiber.value) : undefined;
};
