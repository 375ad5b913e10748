import { Command } from "@effect/cli";
import { Console, Effect } from "effect";
import type { PushReport, MetricsSettings } from "@executor/otlp";
import { CommandError, usageError } from "../../terminal/command-error.ts";
import { count } from "../../terminal/units.ts";
import { variableProblems } from "../../server/telemetry-variables.ts";
import { flag } from "../options.ts";

const dryRunOption = flag("dry-run", "Send this process's own metrics once and show the answer");

/** Tries the settings in the OTEL_* variables; a daemon that is started with them pushes by itself. */
export const metricsPushCommand = Command.make("push", { dryRun: dryRunOption }, ({ dryRun }) =>
  Effect.gen(function* () {
    if (!dryRun) {
      return yield* usageError(
        "The daemon pushes by itself when it is started with OTEL_EXPORTER_OTLP_METRICS_ENDPOINT set. To try the settings, add --dry-run.",
      );
    }
    const { tryMetricsExport } = yield* Effect.promise(() => import("../../server/telemetry.ts"));
    const { settings, problems, report } = yield* tryMetricsExport;
    const withoutEffect = yield* variableProblems;
    for (const problem of [...withoutEffect, ...problems])
      yield* Console.error(`Warning: ${problem}`);
    if (settings === undefined) {
      return yield* new CommandError({
        message:
          problems.length > 0
            ? ""
            : "The environment asks for no push. Set OTEL_EXPORTER_OTLP_METRICS_ENDPOINT or OTEL_EXPORTER_OTLP_ENDPOINT, and neither OTEL_SDK_DISABLED=true nor OTEL_METRICS_EXPORTER=none.",
      });
    }
    const { shownUrl } = yield* Effect.promise(() => import("@executor/otlp"));
    yield* Console.log(describeSettings(settings, shownUrl(settings.url)));
    const problem = problemOf(report);
    if (problem !== undefined) return yield* new CommandError({ message: problem });
    const { status, accepted, requests, message } = report;
    yield* Console.log(
      `\nThe receiver answered ${status} and took ${count(accepted, "data point")} in ${count(requests, "request")}.`,
    );
    if (message !== "") yield* Console.log(`It said: "${message}"`);
  }),
).pipe(Command.withDescription("Try the push of metrics over OTLP"));

const describeSettings = (settings: MetricsSettings, url: string): string => {
  const headers = Object.keys(settings.headers).toSorted();
  const resource = Object.entries(settings.resource);
  const rows = [
    ["endpoint", url],
    ["headers", headers.map((name) => `${name}: (hidden)`).join(", ") || "none"],
    ["protocol", settings.protocol],
    ["compression", settings.compression],
    ["temporality", settings.temporality],
    ["timeout", `${settings.timeoutMillis} ms`],
    ["interval", `${settings.intervalMillis} ms`],
    ["resource", resource.map(([key, value]) => `${key}=${value}`).join(", ")],
  ];
  return rows.map(([name = "", value = ""]) => `${name.padEnd(13)}${value}`).join("\n");
};

const problemOf = ({ failure, rejected, accepted, message }: PushReport): string | undefined => {
  if (failure !== undefined) return `The metrics were not taken, because ${failure.reason}.`;
  if (rejected === 0) return undefined;
  const said = message === "" ? "." : `: "${message}"`;
  return `The receiver rejected ${rejected} of ${accepted + rejected} data points${said}`;
};
