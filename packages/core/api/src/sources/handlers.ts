import { HttpApiBuilder } from "@effect/platform";
import { Sources } from "@executor/sdk";
import { Effect } from "effect";
import { CoreExecutorApi } from "../api.ts";

export const SourcesHandlers = HttpApiBuilder.group(CoreExecutorApi, "sources", (handlers) =>
  Effect.map(Sources, (sources) =>
    handlers
      .handle("list", () => sources.list)
      .handle("get", ({ path }) => sources.get(path.namespace))
      .handle("add", ({ payload }) => sources.add(payload))
      .handle("remove", ({ path }) => sources.remove(path.namespace))
      .handle("refresh", ({ path, payload }) => sources.refresh(path.namespace, payload.document))
      .handle("detect", ({ payload }) => sources.detect(payload)),
  ),
);
