import { Command } from "@effect/cli";
import { Console, Effect } from "effect";
import type { ExporterSettings, PushReport } from "@executor/otlp";
import { CommandError, usageError } from "../../terminal/command-error.ts";
import { count } from "../../terminal/units.ts";
import { variableProblems } from "../../server/telemetry-variables.ts";
import { flag } from "../options.ts";

const dryRunOption = flag(
  "dry-run",
  "Send this process's own metrics once, and a span and a log record where those are pushed, and show the answers",
);

/** Tries the settings in the OTEL_* variables; a daemon that is started with them pushes by itself. */
export const metricsPushCommand = Command.make("push", { dryRun: dryRunOption }, ({ dryRun }) =>
  Effect.gen(function* () {
    if (!dryRun) {
      return yield* usageError(
        "The daemon pushes by itself when it is started with OTEL_EXPORTER_OTLP_METRICS_ENDPOINT set. To try the settings, add --dry-run.",
      );
    }
    const { tryExports } = yield* Effect.promise(() => import("../../server/dry-run.ts"));
    const trials = yield* tryExports;
    const problems = [...(yield* variableProblems), ...trials.flatMap((trial) => trial.problems)];
    for (const problem of new Set(problems)) yield* Console.error(`Warning: ${problem}`);
    if (trials.length === 0) {
      return yield* new CommandError({
        message:
          "The environment asks for no push. Set OTEL_EXPORTER_OTLP_METRICS_ENDPOINT or OTEL_EXPORTER_OTLP_ENDPOINT, and neither OTEL_SDK_DISABLED=true nor OTEL_METRICS_EXPORTER=none.",
      });
    }
    const { shownUrl, signalTraits } = yield* Effect.promise(() => import("@executor/otlp"));
    const failures: Array<string> = [];
    for (const { signal, settings, report } of trials) {
      if (settings === undefined || report === undefined) {
        // Its problems have told the reason.
        failures.push("");
        continue;
      }
      const { item } = signalTraits[signal];
      yield* Console.log(`${signal}\n${describeSettings(settings, shownUrl(settings.url))}\n`);
      const problem = problemOf(report, signal, item);
      if (problem === undefined) yield* Console.log(`${describeAnswer(report, item)}\n`);
      else failures.push(problem);
    }
    if (failures.length > 0) {
      const message = failures.filter((failure) => failure !== "").join("\n");
      return yield* new CommandError({ message });
    }
  }),
).pipe(Command.withDescription("Try the push over OTLP"));

const describeSettings = (settings: ExporterSettings, url: string): string => {
  const headers = Object.keys(settings.headers).toSorted();
  const resource = Object.entries(settings.resource);
  const others = Object.entries(settings).flatMap(([name, value]) => {
    const title = titles.get(name);
    return title === undefined
      ? []
      : [[title, typeof value === "number" ? `${value} ms` : String(value)]];
  });
  const rows = [
    ["endpoint", url],
    ["headers", headers.map((name) => `${name}: (hidden)`).join(", ") || "none"],
    ["protocol", settings.protocol],
    ["compression", settings.compression],
    ["timeout", `${settings.timeoutMillis} ms`],
    ...others,
    ["resource", resource.map(([key, value]) => `${key}=${value}`).join(", ")],
  ];
  return rows.map(([name = "", value = ""]) => `${name.padEnd(13)}${value}`).join("\n");
};

/** Settings that one signal has and another has not. */
const titles: ReadonlyMap<string, string> = new Map([
  ["temporality", "temporality"],
  ["histograms", "histograms"],
  ["sampler", "sampler"],
  ["intervalMillis", "interval"],
]);

const describeAnswer = ({ status, accepted, requests, message }: PushReport, item: string) =>
  `The receiver answered ${status} and took ${count(accepted, item)} in ${count(requests, "request")}.${message === "" ? "" : `\nIt said: "${message}"`}`;

const problemOf = (
  { failure, rejected, accepted, message }: PushReport,
  signal: string,
  item: string,
): string | undefined => {
  if (failure !== undefined) return `The ${signal} were not taken, because ${failure.reason}.`;
  if (rejected === 0) return undefined;
  const said = message === "" ? "." : `: "${message}"`;
  return `The receiver rejected ${rejected} of ${count(accepted + rejected, item)}${said}`;
};
