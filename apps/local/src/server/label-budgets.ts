import { findDefinition, limitLabelSets } from "@executor/telemetry";
import { Config, ConfigError, Effect, Either } from "effect";
import { variable, wholeNumber } from "./variables.ts";

const defaultTotal = 100_000;

const total = variable("EXECUTOR_METRICS_MAX_SERIES", wholeNumber(1, Number.MAX_SAFE_INTEGER), {
  what: "number of label sets",
  right: "a whole number, 1 or more",
}).pipe(Config.map((given) => given ?? defaultTotal));

const entry = /^\s*([a-z0-9_.]+)\s*=\s*([1-9]\d*)\s*$/;

const readEntry = (text: string): Either.Either<readonly [string, number], string> => {
  const [, name = "", count = ""] = entry.exec(text) ?? [];
  if (name === "") {
    return Either.left(
      `EXECUTOR_METRICS_MAX_SERIES_PER_METRIC is a list such as executor.tool.calls=5000,http.client.request.duration=500, and "${text}" is not an item of one.`,
    );
  }
  if (findDefinition(name) === undefined) {
    return Either.left(
      `EXECUTOR_METRICS_MAX_SERIES_PER_METRIC names the metric ${name}, which does not exist. METRICS.md lists the OpenTelemetry names.`,
    );
  }
  return Either.right([name, Number(count)]);
};

const perMetric = Config.string("EXECUTOR_METRICS_MAX_SERIES_PER_METRIC").pipe(
  Config.withDefault(""),
  Config.mapOrFail((text) =>
    Either.all(
      text
        .split(",")
        .filter((part) => part.trim() !== "")
        .map(readEntry),
    ).pipe(
      Either.mapBoth({
        onLeft: (message) =>
          ConfigError.InvalidData(["EXECUTOR_METRICS_MAX_SERIES_PER_METRIC"], message),
        onRight: (entries) => new Map(entries),
      }),
    ),
  ),
);

/** Applies the operator's label budgets from the environment. */
export const applyLabelBudgets = Effect.map(Config.all({ total, perMetric }), limitLabelSets);
