import { HttpApiBuilder } from "@effect/platform";
import { Executions } from "@executor/execution";
import { Effect } from "effect";
import { CoreExecutorApi } from "../api.ts";

export const ExecutionsHandlers = HttpApiBuilder.group(CoreExecutorApi, "executions", (handlers) =>
  Effect.map(Executions, (executions) =>
    handlers
      .handle("run", ({ payload, headers }) =>
        executions.run({ ...payload, trigger: headers["executor-client"] ?? "api" }),
      )
      .handle("list", ({ urlParams }) => executions.list(urlParams.limit))
      .handle("get", ({ path }) => executions.get(path.id)),
  ),
);
