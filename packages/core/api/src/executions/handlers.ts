import { HttpApiBuilder } from "@effect/platform";
import { Executions } from "@executor/execution";
import { Effect } from "effect";
import { CoreExecutorApi } from "../api.ts";
import { Caller } from "../http/web-handler.ts";

export const ExecutionsHandlers = HttpApiBuilder.group(CoreExecutorApi, "executions", (handlers) =>
  Effect.map(Executions, (executions) =>
    handlers
      .handle("run", ({ payload, headers }) =>
        Effect.flatMap(Caller, ({ owner }) =>
          executions.run({ ...payload, trigger: headers["executor-client"] ?? "api", owner }),
        ),
      )
      .handle("resume", ({ path, payload }) =>
        Effect.flatMap(Caller, ({ answersAs }) =>
          executions.resume({ ...payload, id: path.id, caller: answersAs }),
        ),
      )
      .handle("list", ({ urlParams }) => executions.list(urlParams.limit))
      .handle("get", ({ path }) => executions.get(path.id)),
  ),
);
