/* oxlint-disable import/no-unassigned-import -- they define instruments, also where nothing is exported: stored totals are restored, and the platform's object adds them up */
import "@executor/otlp/metrics";
import "@executor/otlp/traces-metrics";
/* oxlint-enable import/no-unassigned-import */
import { FetchHttpClient } from "@effect/platform";
import * as FileSystem from "@effect/platform/FileSystem";
import { exemplarFilter, isPushWanted } from "@executor/otlp/switch";
import type { ManualSpanExporter } from "@executor/otlp/traces";
import { keepExemplars } from "@executor/telemetry/tracing";
import { ConfigProvider, Effect, FiberRef, HashMap } from "effect";
import { type Environment, version } from "../environment.ts";
import { fetchReceiver } from "../network/public-fetch.ts";
import type { OrganizationName } from "../organization/organization-name.ts";
import { uselessVariables } from "./useless-variables.ts";

/** Bytes of spans that wait in one object at most: all objects of an isolate share its 128 MB. */
const maxQueueBytes = 2 * 1024 * 1024;

const resourceDefaults = { "service.name": "executor-cloud", "service.version": version };

/** Text variables of the Worker that OpenTelemetry specifies, by their names. */
const variablesOf = (environment: Environment): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(environment).flatMap(([name, value]: [string, unknown]) =>
      name.startsWith("OTEL_") && typeof value === "string" ? [[name, value] as const] : [],
    ),
  );

/** Sentences that this process has logged. Its objects have the same variables, and one of them tells. */
const told = new Set<string>();

const tellOnce = (sentence: string, tell: (sentence: string) => Effect.Effect<void>) =>
  Effect.suspend(() => {
    if (told.has(sentence)) return Effect.void;
    told.add(sentence);
    // It is about every organization, whichever object comes first.
    return Effect.locally(tell(sentence), FiberRef.currentLogAnnotations, HashMap.empty());
  });

export interface OrganizationSpans extends ManualSpanExporter {
  /** Milliseconds for which spans of work that has ended wait while other work goes on. */
  readonly delayMillis: number;
}

/**
 * The exporter of an organization's spans; `undefined` where the operator of the platform has set no endpoint, and nothing is loaded
 * then. A resource names the organization, whatever the variables say.
 */
export const organizationSpans = (
  environment: Environment,
  name: Pick<OrganizationName, "value">,
): Effect.Effect<OrganizationSpans | undefined> => {
  const variables = variablesOf(environment);
  if (variables.size === 0) return Effect.succeed(undefined);
  return Effect.gen(function* () {
    const otlp = yield* Effect.promise(() => import("@executor/otlp/traces"));
    const problems = [...(yield* otlp.checkVariables), ...uselessVariables(variables)];
    for (const problem of problems) yield* tellOnce(problem, Effect.logWarning);
    keepExemplars(yield* Effect.orDie(exemplarFilter));
    if (!(yield* isPushWanted("traces"))) return undefined;
    const read = yield* otlp.readEnvironment(otlp.tracesSettings, resourceDefaults);
    for (const problem of read.problems) yield* tellOnce(problem, Effect.logWarning);
    const { settings } = read;
    if (settings === undefined) return undefined;
    yield* tellOnce(otlp.describeTraces(settings), Effect.logInfo);
    const exporter = yield* otlp
      .manualSpanExporter({
        settings,
        scope: { name: "executor", version },
        resource: () => (name.value === undefined ? {} : { "executor.organization": name.value }),
        maxQueueBytes,
      })
      .pipe(
        Effect.provide(FetchHttpClient.layer),
        Effect.provideService(
          FetchHttpClient.Fetch,
          fetchReceiver(settings.url, environment.OTLP_RECEIVER),
        ),
      );
    return { ...exporter, delayMillis: settings.intervalMillis };
  }).pipe(
    // A Worker has no files, and the settings that name one say so.
    Effect.provide(FileSystem.layerNoop({})),
    Effect.withConfigProvider(ConfigProvider.fromMap(new Map(variables), { pathDelim: "_" })),
    Effect.catchAllCause((cause) =>
      Effect.as(
        Effect.logError("Traces are not pushed, because their export did not start.", cause),
        undefined,
      ),
    ),
  );
};
