import { HttpApiBuilder, HttpApiSwagger, HttpApp, HttpServerResponse } from "@effect/platform";
import { type ComputingBudgetSpent, Executions } from "@executor/execution";
import { Policies, Secrets, Sources, Toolkits, Tools } from "@executor/sdk";
import { Context, Effect, Layer } from "effect";
import { CoreExecutorApi, Health } from "./api.ts";
import { Caller } from "./http/web-handler.ts";
import { metricsHandlers } from "./metrics/handlers.ts";

/** Version of the app that mounts the API. */
export class AppVersion extends Context.Tag("@executor/api/AppVersion")<AppVersion, string>() {}

/** The handlers of every group of {@link CoreExecutorApi}: each calls a service and does nothing else. */
export const CoreHandlers = Layer.mergeAll(
  HttpApiBuilder.group(CoreExecutorApi, "sources", (handlers) =>
    Effect.map(Sources, (sources) =>
      handlers
        .handle("list", () => sources.list)
        .handle("get", ({ path }) => sources.get(path.namespace))
        .handle("add", ({ payload }) => sources.add(payload))
        .handle("edit", ({ path, payload }) => sources.edit(path.namespace, payload))
        .handle("review", ({ path, payload }) => sources.review(path.namespace, payload))
        .handle("remove", ({ path }) => sources.remove(path.namespace))
        .handle("refresh", ({ path, payload }) => sources.refresh(path.namespace, payload.document))
        .handle("detect", ({ payload }) => sources.detect(payload)),
    ),
  ),
  HttpApiBuilder.group(CoreExecutorApi, "tools", (handlers) =>
    Effect.zipWith(Tools, Toolkits, (tools, toolkits) =>
      handlers
        .handle("list", ({ urlParams: { toolkit, ...query } }) =>
          toolkits.within(toolkit)(tools.list(query)),
        )
        .handle("get", ({ path }) => tools.get(path.address)),
    ),
  ),
  HttpApiBuilder.group(CoreExecutorApi, "executions", (handlers) =>
    Effect.zipWith(Executions, Toolkits, (executions, toolkits) =>
      handlers
        .handle("run", ({ payload: { toolkit, ...request }, headers }) =>
          Effect.flatMap(Caller, ({ owner }) =>
            executions
              .run({
                ...request,
                trigger: headers["executor-client"] ?? "api",
                owner,
                caller: { client: null, subject: owner._tag === "Client" ? owner.name : null },
              })
              .pipe(
                toolkits.within(toolkit),
                Effect.tapErrorTag("ComputingBudgetSpent", retryAfter),
              ),
          ),
        )
        .handle("resume", ({ path, payload }) =>
          Effect.flatMap(Caller, ({ answersAs }) =>
            executions.resume({ ...payload, id: path.id, caller: answersAs }),
          ),
        )
        .handle("list", ({ urlParams }) => executions.list(urlParams.limit, urlParams.toolkit))
        .handle("get", ({ path }) => executions.get(path.id)),
    ),
  ),
  HttpApiBuilder.group(CoreExecutorApi, "policies", (handlers) =>
    Effect.map(Policies, (policies) =>
      handlers
        .handle("list", () => policies.list)
        .handle("replace", ({ payload }) => policies.replace(payload)),
    ),
  ),
  HttpApiBuilder.group(CoreExecutorApi, "toolkits", (handlers) =>
    Effect.map(Toolkits, (toolkits) =>
      handlers
        .handle("list", () => toolkits.list)
        .handle("get", ({ path }) => toolkits.get(path.name))
        .handle("add", ({ payload }) => toolkits.add(payload))
        .handle("edit", ({ path, payload }) => toolkits.edit(path.name, payload))
        .handle("remove", ({ path }) => toolkits.remove(path.name)),
    ),
  ),
  HttpApiBuilder.group(CoreExecutorApi, "secrets", (handlers) =>
    Effect.map(Secrets, (secrets) =>
      handlers
        .handle("list", () => secrets.list)
        .handle("put", ({ path, payload }) => secrets.put(path.name, payload))
        .handle("remove", ({ path }) => secrets.remove(path.name)),
    ),
  ),
  HttpApiBuilder.group(CoreExecutorApi, "metrics", metricsHandlers),
  HttpApiBuilder.group(CoreExecutorApi, "health", (handlers) =>
    handlers.handle("health", () =>
      Effect.map(AppVersion, (version) => new Health({ status: "ok", version })),
    ),
  ),
);

const retryAfter = ({ retryAfterSeconds }: ComputingBudgetSpent) =>
  HttpApp.appendPreResponseHandler((_, response) =>
    Effect.succeed(HttpServerResponse.setHeader(response, "retry-after", `${retryAfterSeconds}`)),
  );

/** The API with its handlers, its OpenAPI document and a page that shows it, which needs no network. */
export const CoreApiLayer = Layer.mergeAll(
  HttpApiSwagger.layer({ path: "/api/docs" }),
  HttpApiBuilder.middlewareOpenApi({ path: "/api/openapi.json" }),
).pipe(Layer.provideMerge(Layer.provide(HttpApiBuilder.api(CoreExecutorApi), CoreHandlers)));
