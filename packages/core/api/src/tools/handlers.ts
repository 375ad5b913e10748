import { HttpApiBuilder } from "@effect/platform";
import { Tools } from "@executor/sdk";
import { Effect } from "effect";
import { CoreExecutorApi } from "../api.ts";

export const ToolsHandlers = HttpApiBuilder.group(CoreExecutorApi, "tools", (handlers) =>
  Effect.map(Tools, (tools) =>
    handlers
      .handle("list", ({ urlParams }) => tools.list(urlParams))
      .handle("get", ({ path }) => tools.get(path.address)),
  ),
);
