import { HttpApiBuilder } from "@effect/platform";
import { Context, Effect } from "effect";
import { CoreExecutorApi } from "../api.ts";
import { Health } from "./api.ts";

/** Version of the app that mounts the API. */
export class AppVersion extends Context.Tag("@executor/api/AppVersion")<AppVersion, string>() {}

export const HealthHandlers = HttpApiBuilder.group(CoreExecutorApi, "health", (handlers) =>
  handlers.handle("health", () =>
    Effect.map(AppVersion, (version) => new Health({ status: "ok", version })),
  ),
);
