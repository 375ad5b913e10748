import { HttpApi, HttpApiEndpoint, HttpApiGroup, OpenApi } from "@effect/platform";
import { Schema } from "effect";
import { ExecutionsApi } from "./executions/api.ts";
import { InternalError, InvalidRequestBody } from "./http/errors.ts";
import { MetricsApi } from "./metrics/api.ts";
import { PoliciesApi } from "./policies/api.ts";
import { SecretsApi } from "./secrets/api.ts";
import { SourcesApi } from "./sources/api.ts";
import { ToolkitsApi } from "./toolkits/api.ts";
import { ToolsApi } from "./tools/api.ts";

export class Health extends Schema.Class<Health>("Health")({
  status: Schema.Literal("ok"),
  version: Schema.String,
}) {}

class HealthApi extends HttpApiGroup.make("health")
  .add(HttpApiEndpoint.get("health", "/health").addSuccess(Health))
  .annotate(OpenApi.Title, "Health")
  .annotate(OpenApi.Description, "Whether the daemon answers.") {}

/** The API that every app mounts, under `/api`. */
export class CoreExecutorApi extends HttpApi.make("executor")
  .add(SourcesApi)
  .add(ToolsApi)
  .add(ExecutionsApi)
  .add(PoliciesApi)
  .add(ToolkitsApi)
  .add(SecretsApi)
  .add(MetricsApi)
  .add(HealthApi)
  .addError(InvalidRequestBody)
  .addError(InternalError)
  .prefix("/api")
  .annotate(OpenApi.Title, "Executor")
  .annotate(
    OpenApi.Description,
    "An integration layer for AI agents: sources, their tools, executions of agent code, and metrics.",
  ) {}
