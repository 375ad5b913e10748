import { HttpApiBuilder, HttpApiSwagger } from "@effect/platform";
import { Layer } from "effect";
import { CoreExecutorApi } from "./api.ts";
import { ExecutionsHandlers } from "./executions/handlers.ts";
import { HealthHandlers } from "./health/handlers.ts";
import { metricsHandlers } from "./metrics/handlers.ts";
import { PoliciesHandlers } from "./policies/handlers.ts";
import { SecretsHandlers } from "./secrets/handlers.ts";
import { SourcesHandlers } from "./sources/handlers.ts";
import { ToolsHandlers } from "./tools/handlers.ts";

const MetricsHandlers = HttpApiBuilder.group(CoreExecutorApi, "metrics", metricsHandlers);

/** The handlers of every group of {@link CoreExecutorApi}. */
export const CoreHandlers = Layer.mergeAll(
  SourcesHandlers,
  ToolsHandlers,
  ExecutionsHandlers,
  PoliciesHandlers,
  SecretsHandlers,
  MetricsHandlers,
  HealthHandlers,
);

/** The API with its handlers, its OpenAPI document and a page that shows it, which needs no network. */
export const CoreApiLayer = Layer.mergeAll(
  HttpApiSwagger.layer({ path: "/api/docs" }),
  HttpApiBuilder.middlewareOpenApi({ path: "/api/openapi.json" }),
).pipe(Layer.provideMerge(Layer.provide(HttpApiBuilder.api(CoreExecutorApi), CoreHandlers)));
