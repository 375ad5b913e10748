import { HttpServerRequest } from "@effect/platform";
import { authAttempts, Forbidden } from "@executor/api";
import { client, operator } from "@executor/sdk";
import { Effect, Layer, Option } from "effect";
import type { DurableObjectId, DurableObjectNamespace } from "../durable-object-state.ts";
import { EndpointNotFound, Unauthorized } from "./auth-errors.ts";
import { neededPermission } from "./endpoint-permissions.ts";
import { decodeIdentity, identityHeader } from "./identity.ts";
import { OrgAuth } from "./org-auth.ts";

/** {@link OrgAuth} in the object `id`: the Worker has found out who asks, and tells it in a header that nobody else can set. */
export const orgAuthLayer = (
  id: DurableObjectId,
  organizations: DurableObjectNamespace,
): Layer.Layer<OrgAuth> => {
  const check = Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest;
    const { pathname } = new URL(request.originalUrl, "http://localhost");
    const surface = pathname === "/api/metrics" ? "metrics" : "api";
    const refused = <E>(outcome: string, error: E) =>
      Effect.zipRight(
        Effect.sync(() => authAttempts.add(1, { surface, outcome })),
        Effect.fail(error),
      );

    const identity = decodeIdentity(request.headers[identityHeader]);
    if (
      Option.isNone(identity) ||
      !organizations.idFromName(identity.value.organization).equals(id)
    ) {
      return yield* refused(
        "unauthorized",
        new Unauthorized({ message: "The request says nothing of who makes it." }),
      );
    }
    const { answersForAll, permissions, subject } = identity.value;
    const needed = neededPermission(request.method, pathname);
    if (needed === "unknown") {
      const message = `Nothing answers ${request.method} ${pathname}. The endpoints are listed at /api/docs.`;
      return yield* new EndpointNotFound({ message });
    }
    if (needed !== "none" && !permissions.includes(needed)) {
      return yield* refused(
        "forbidden",
        new Forbidden({
          message: `This needs the permission ${needed}. Use a key or an account that has it.`,
        }),
      );
    }
    authAttempts.add(1, { surface, outcome: "ok" });
    const owner = client(subject);
    return { owner, answersAs: answersForAll ? operator : owner };
  });
  // They are tried one after the other, and the Worker has read either: so only the last one asks.
  const passOn = Effect.fail(new Unauthorized({ message: "" }));
  return Layer.succeed(OrgAuth, { key: () => passOn, session: () => check });
};
