import { HttpApiBuilder } from "@effect/platform";
import { Policies } from "@executor/sdk";
import { Effect } from "effect";
import { CoreExecutorApi } from "../api.ts";

export const PoliciesHandlers = HttpApiBuilder.group(CoreExecutorApi, "policies", (handlers) =>
  Effect.map(Policies, (policies) =>
    handlers
      .handle("list", () => policies.list)
      .handle("replace", ({ payload }) => policies.replace(payload)),
  ),
);
