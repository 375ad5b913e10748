import {
  HttpApi,
  HttpApiMiddleware,
  HttpApiSecurity,
  HttpServerRequest,
  OpenApi,
} from "@effect/platform";
import { authAttempts, Caller, Forbidden, longPathParameters, surfaceOf } from "@executor/api";
import { CoreExecutorApi } from "@executor/api/contract";
import { operator } from "@executor/sdk";
import type { Actor } from "@executor/sdk";
import { Effect, Layer, Option, Schema } from "effect";
import * as FindMyWay from "find-my-way-ts";
import type { DurableObjectId, DurableObjectNamespace } from "../environment.ts";
import {
  boundTo,
  decodeIdentity,
  EndpointNotFound,
  identityHeader,
  Unauthorized,
} from "./authenticate.ts";
import type { Identity } from "./authenticate.ts";
import { mcpPermission, type Permission } from "./permissions.ts";
import { TooManyRequests } from "./request-limit.ts";

/** Cookie of better-auth over http; over https its name begins with `__Secure-`. */
const sessionCookie = "better-auth.session_token";

/**
 * Authorization of every endpoint of an organization: lets in its members and keys that have the endpoint's permission, and tells
 * the endpoint its {@link Caller}.
 *
 * @effect-expect-leaking HttpServerRequest | ParsedSearchParams | RouteContext
 */
export class OrgAuth extends HttpApiMiddleware.Tag<OrgAuth>()("@executor/cloud/OrgAuth", {
  provides: Caller,
  failure: Schema.Union(Unauthorized, Forbidden, EndpointNotFound, TooManyRequests),
  security: {
    key: HttpApiSecurity.annotate(
      HttpApiSecurity.bearer,
      OpenApi.Description,
      "An organization's API key. POST /api/keys makes one.",
    ),
    session: HttpApiSecurity.annotate(
      HttpApiSecurity.apiKey({ in: "cookie", key: sessionCookie }),
      OpenApi.Description,
      "A person's session; the header Executor-Organization names the organization where the person has several.",
    ),
  },
}) {}

/** {@link OrgAuth} in the object `id`, by the identity that the Worker verified and that no client can set. */
export const orgAuthLayer = (
  id: DurableObjectId,
  organizations: DurableObjectNamespace,
): Layer.Layer<OrgAuth> => {
  const check = Effect.gen(function* () {
    const { headers, method, url } = yield* HttpServerRequest.HttpServerRequest;
    const surface = surfaceOf(url);
    const refused = <E>(outcome: string, error: E) => {
      authAttempts.add(1, { surface, outcome });
      return Effect.fail(error);
    };
    const identity = Option.getOrUndefined(decodeIdentity(headers[identityHeader]));
    if (identity === undefined || !organizations.idFromName(identity.organization).equals(id)) {
      const message = "The request has no identity. Send it to the app, which verifies its key.";
      return yield* refused("unauthorized", new Unauthorized({ message }));
    }
    const owner: Actor = { _tag: "Client", name: identity.subject };
    const caller = { owner, answersAs: identity.answersForAll ? operator : owner };
    // The MCP endpoint checks and counts its requests itself, by session.
    if (surface === "mcp") return caller;
    if (identity.toolkit !== null) {
      return yield* refused("forbidden", new Forbidden({ message: boundTo(identity.toolkit) }));
    }
    const needed = neededPermission(method, url);
    if (needed === "unknown") {
      const [path = ""] = url.split("?");
      const message = `Nothing answers ${method} ${path}. The endpoints are listed at /api/docs.`;
      return yield* new EndpointNotFound({ message });
    }
    if (needed !== "none" && !identity.permissions.includes(needed)) {
      const message = `This needs the permission ${needed}. Use a key or an account that has it.`;
      return yield* refused("forbidden", new Forbidden({ message }));
    }
    authAttempts.add(1, { surface, outcome: "ok" });
    return caller;
  });
  // The API tries both schemes in turn. The Worker has read either, so the last one decides.
  const skip = Effect.fail(new Unauthorized({ message: "" }));
  return Layer.succeed(OrgAuth, { key: () => skip, session: () => check });
};

/** Permission of each endpoint, toolkits with the policies since both say what may be called; `none` asks for membership of the organization alone. */
const permissions: Readonly<Record<string, Permission | "none">> = {
  "sources.list": "sources:read",
  "sources.get": "sources:read",
  "sources.add": "sources:write",
  "sources.edit": "sources:write",
  "sources.remove": "sources:write",
  "sources.refresh": "sources:write",
  "sources.review": "sources:write",
  "sources.detect": "sources:write",
  "tools.list": "tools:read",
  "tools.get": "tools:read",
  "executions.run": "executions:write",
  "executions.resume": "executions:write",
  "executions.list": "executions:read",
  "executions.get": "executions:read",
  "policies.list": "policies:read",
  "policies.replace": "policies:write",
  "toolkits.list": "policies:read",
  "toolkits.get": "policies:read",
  "toolkits.add": "policies:write",
  "toolkits.edit": "policies:write",
  "toolkits.remove": "policies:write",
  "secrets.list": "secrets:read",
  "secrets.put": "secrets:write",
  "secrets.remove": "secrets:write",
  "metrics.scrape": "metrics:read",
  "health.health": "none",
};

/** Options of the API's router: a path is matched as it is written, but for its percent-encoding. */
export const routerConfig = {
  ...longPathParameters,
  ignoreTrailingSlash: false,
  ignoreDuplicateSlashes: false,
  caseSensitive: true,
};

/** Routes of the API, matched by the library and the options of its router, so that both find the same endpoint. */
const routes = FindMyWay.make<Permission | "none">(routerConfig);
HttpApi.reflect(CoreExecutorApi, {
  onGroup: () => {},
  onEndpoint: ({ group, endpoint }) => {
    const name = `${group.identifier}.${endpoint.name}`;
    const permission = permissions[name];
    if (permission === undefined) throw new Error(`${name} has no permission in OrgAuth.`);
    routes.on(endpoint.method, endpoint.path, permission);
  },
});

/** Permission that the endpoint at a request's path and query needs; `unknown` if there is none for the method. */
export const neededPermission = (method: string, url: string): Permission | "none" | "unknown" =>
  routes.find(method === "HEAD" ? "GET" : method, url)?.handler ?? "unknown";

/**
 * Whether a request's body is worth reading: its endpoint needs a permission to write, as each does that takes a body, and the
 * request's maker has it.
 */
export const takesBody = (identity: Identity, { method, url }: Request): boolean => {
  const { permissions: given, toolkit } = identity;
  const { pathname, search } = new URL(url);
  if (toolkit !== null && surfaceOf(pathname) !== "mcp") return false;
  const needed =
    surfaceOf(pathname) === "mcp" ? mcpPermission : neededPermission(method, pathname + search);
  return needed.endsWith(":write") && given.some((permission) => permission === needed);
};
