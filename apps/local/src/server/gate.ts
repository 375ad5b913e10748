import { authAttempts, Forbidden } from "@executor/api";
import type { Gate } from "@executor/api";
import { HttpServerRequest, HttpServerResponse } from "@effect/platform";
import { Effect, Schema } from "effect";
import { refusal } from "./loopback.ts";

const encode = Schema.encodeSync(Forbidden);

/** Lets in what comes from this machine and from no other site's page; counts and answers the rest with 403. */
export const loopbackGate: Gate = (app) =>
  Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => {
    const { host, origin } = request.headers;
    const message = refusal({ host, origin });
    if (message === undefined) return app;
    const surface = request.url.startsWith("/api/metrics") ? "metrics" : "api";
    authAttempts.add(1, { surface, outcome: "refused" });
    return HttpServerResponse.json(encode(new Forbidden({ message })), { status: 403 }).pipe(
      Effect.orDie,
    );
  });
