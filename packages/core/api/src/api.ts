import { HttpApi, OpenApi } from "@effect/platform";
import { ExecutionsApi } from "./executions/api.ts";
import { HealthApi } from "./health/api.ts";
import { InternalError, InvalidRequestBody } from "./http/errors.ts";
import { MetricsApi } from "./metrics/api.ts";
import { PoliciesApi } from "./policies/api.ts";
import { SecretsApi } from "./secrets/api.ts";
import { SourcesApi } from "./sources/api.ts";
import { ToolsApi } from "./tools/api.ts";

/** The API that every app mounts, under `/api`. */
export class CoreExecutorApi extends HttpApi.make("executor")
  .add(SourcesApi)
  .add(ToolsApi)
  .add(ExecutionsApi)
  .add(PoliciesApi)
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
