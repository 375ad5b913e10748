import { exemplarFilter } from "@executor/otlp/switch";
import { keepExemplars } from "@executor/telemetry/tracing";
import { AppVersion, CoreApiLayer, makeWebHandler, toolkitInPath } from "@executor/api";
import { defaultLimits, Executions, Limits } from "@executor/execution";
import { McpHost } from "@executor/host-mcp";
import { QuickJsRunner } from "@executor/runtime-quickjs";
import { sdkLayer, Sources } from "@executor/sdk";
import * as Storage from "@executor/storage/bun";
import * as BunFileSystem from "@effect/platform-bun/BunFileSystem";
import { Context, Effect, Layer, Scope } from "effect";
import { join } from "node:path";
import { plugins } from "../plugins.ts";
import { version } from "../version.ts";
import { approvalTimeoutMs } from "./config.ts";
import { httpClientLayer } from "./http-client.ts";
import { applyLabelBudgets } from "./label-budgets.ts";
import { loopbackOnly } from "./loopback.ts";
import { databaseFile, makeDataDirectory } from "./data-directory.ts";
import { secretKeyLayer } from "./secret-key.ts";
import { processMetrics, startMetricsExport } from "./telemetry.ts";
import { variableProblems } from "./telemetry-variables.ts";
import { startTracesExport } from "./traces.ts";

/** Limits of executions on this machine. */
const executionLimits = Layer.effect(
  Limits,
  Effect.map(approvalTimeoutMs, (configured) => ({
    ...defaultLimits,
    approvalTimeoutMs: configured ?? defaultLimits.approvalTimeoutMs,
  })),
);

/** Reads sources again that are not ready, when they are due. */
const sourceRereading = Layer.scopedDiscard(
  Effect.flatMap(Sources, ({ rereading }) => Effect.forkScoped(rereading.whenDue)),
);

/** Services of the API and the MCP endpoint, on the database in `dataDirectory`. */
const servicesLayer = (dataDirectory: string) =>
  McpHost.layer({ version, toolkitOf: toolkitInPath }).pipe(
    Layer.merge(sourceRereading),
    Layer.provideMerge(Executions.layer),
    Layer.provideMerge(sdkLayer),
    Layer.provide(executionLimits),
    Layer.provide(QuickJsRunner.layer()),
    Layer.provide(plugins),
    Layer.provide(Layer.merge(httpClientLayer, BunFileSystem.layer)),
    Layer.provide(secretKeyLayer(dataDirectory)),
    Layer.provide(Storage.layer(join(dataDirectory, databaseFile))),
  );

/**
 * Builds the daemon's services and the handler of its requests. Closing the scope ends them; the pushes of metrics and traces end
 * with `pushes`.
 */
export const createServerHandlers = (dataDirectory: string, pushes: Scope.Scope) =>
  Effect.gen(function* () {
    yield* makeDataDirectory(dataDirectory);
    yield* applyLabelBudgets;
    keepExemplars(yield* Effect.orDie(exemplarFilter));
    for (const problem of yield* variableProblems) yield* Effect.logWarning(problem);
    yield* Scope.extend(startMetricsExport(), pushes);
    const tracer = yield* Scope.extend(startTracesExport(), pushes);
    const handlers = buildHandlers(dataDirectory);
    return yield* tracer === undefined ? handlers : Effect.withTracer(handlers, tracer);
  });

const buildHandlers = (dataDirectory: string) =>
  Effect.gen(function* () {
    const services = yield* Layer.build(servicesLayer(dataDirectory));
    const host = Context.get(services, McpHost);
    const api = CoreApiLayer.pipe(
      Layer.provide(Layer.succeedContext(services)),
      Layer.provide(Layer.succeed(AppVersion, version)),
      Layer.merge(processMetrics()),
    );
    return {
      handle: yield* makeWebHandler(api, {
        middleware: loopbackOnly,
        mcp: host.handle,
      }),
      stopListening: host.stopListening,
    };
  });
