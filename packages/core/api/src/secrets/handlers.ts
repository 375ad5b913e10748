import { HttpApiBuilder } from "@effect/platform";
import { Secrets } from "@executor/sdk";
import { Effect } from "effect";
import { CoreExecutorApi } from "../api.ts";

export const SecretsHandlers = HttpApiBuilder.group(CoreExecutorApi, "secrets", (handlers) =>
  Effect.map(Secrets, (secrets) =>
    handlers
      .handle("list", () => secrets.list)
      .handle("put", ({ path, payload }) => secrets.put(path.name, payload))
      .handle("remove", ({ path }) => secrets.remove(path.name)),
  ),
);
