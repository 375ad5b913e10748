import { surfaceOf } from "@executor/api";
import { env, waitUntil } from "cloudflare:workers";
import { Effect, Option, Schema } from "effect";
import {
  authenticate,
  encodeIdentity,
  forbidden,
  identityHeader,
  internalHeaderPrefix,
  isRefusal,
} from "./auth/authenticate.ts";
import { answerAuth, maxAuthPathChars, refusalOutcomes } from "./auth/answer-auth.ts";
import { Attempts } from "./auth/attempts.ts";
import { authPath, makeAuth } from "./auth/better-auth.ts";
import type { Auth } from "./auth/better-auth.ts";
import { makeMailer } from "./auth/mailer.ts";
import type { Identity } from "./auth/authenticate.ts";
import { RequestTurns } from "./auth/request-turns.ts";
import { RequestLimit } from "./auth/request-limit.ts";
import { takesBody } from "./auth/org-auth.ts";
import { UnfinishedBodies } from "./auth/unfinished-bodies.ts";
import { docsPage, openApiDocument } from "./api.ts";
import { version } from "./environment.ts";
import type { Environment } from "./environment.ts";
import { answerKeys } from "./keys/handlers.ts";
import { restrictFetch } from "./network/public-fetch.ts";
import { maxRequests, positive } from "./organization/settings.ts";
import { countRefusal, platformIdentity, platformPath, switchedOff } from "./platform.ts";
import { chooseLogFormat, log } from "./telemetry/logging.ts";

/** Exported under the name by which the platform stores its objects. */
export { OrganizationObject as OrganisationObject } from "./organization/organization-object.ts";

restrictFetch();
chooseLogFormat(env);

interface RequestContext {
  readonly waitUntil: (promise: Promise<unknown>) => void;
}

/**
 * Verifies the maker of each request and forwards it to the organization's object. The Worker stores nothing; in memory it keeps
 * what turns and limits need.
 */
export default {
  fetch: async (
    request: Request,
    environment: Environment,
    context: RequestContext,
  ): Promise<Response> => {
    const { pathname } = new URL(request.url);
    if (pathname === "/api/health") return Response.json({ status: "ok", version });
    if (pathname === "/api/openapi.json") return openApiDocument();
    if (pathname === "/api/docs") return docsPage(request);
    if (surfaceOf(pathname) !== "mcp" && !pathname.startsWith("/api/")) return notFound(pathname);

    const refuse = async (outcome: string, response: Response): Promise<Response> => {
      const counting = countRefusal(surfaceOf(pathname), outcome, environment);
      if (counting !== undefined) context.waitUntil(counting);
      return response;
    };
    const counted = (response: Response): Response | Promise<Response> => {
      const outcome = refusalOutcomes[response.status];
      return outcome === undefined ? response : refuse(outcome, response);
    };
    const operatorPath = platformPath(pathname);
    if (operatorPath !== undefined) {
      const platform = await platformIdentity(environment, request.headers);
      if (isRefusal(platform)) return refuse(platform.outcome, platform.response);
      return (
        switchedOff(operatorPath, environment) ??
        forward(environment, platform, new Request(new URL(operatorPath, request.url), request))
      );
    }

    const auth = await authOf(environment);
    if (pathname.startsWith(`${authPath}/`)) {
      if (pathname.length > maxAuthPathChars) return notFound(pathname);
      return counted(await answerAuth(auth, request));
    }
    const { DB: database } = environment;
    const later = (work: Promise<unknown>) => context.waitUntil(work);
    const identity = await authenticate(auth, database, request, later);
    if (isRefusal(identity)) return refuse(identity.outcome, identity.response);
    const { organization } = identity;
    const inTurn = async (run: () => Promise<Response>): Promise<Response> => {
      const answer = await requestTurns.run(organization, run);
      return isRefusal(answer) ? refuse(answer.outcome, answer.response) : answer;
    };
    if (pathname !== "/api/keys" && !pathname.startsWith("/api/keys/")) {
      return inTurn(async () => {
        if (request.body !== null && !takesBody(identity, request)) {
          // The object refuses it, and counts that.
          const { method, url } = request;
          const headers = new Headers(request.headers);
          headers.delete("content-length");
          return forward(environment, identity, new Request(url, { headers, method }));
        }
        const bounded = await unfinishedBodies.read(request, identity);
        return bounded instanceof Response
          ? counted(bounded)
          : forward(environment, identity, bounded);
      });
    }
    keyRequests ??= new RequestLimit(maxRequests(environment));
    const tooMany = keyRequests.take(identity.subject, Date.now());
    if (tooMany !== undefined) return refuse(tooMany.outcome, tooMany.response);
    const [kind, userId = ""] = identity.subject.split(":");
    if (kind !== "user" || !identity.answersForAll) {
      const refusal = forbidden(
        "Keys are managed by the organization's owners and admins, signed in.",
      );
      return refuse(refusal.outcome, refusal.response);
    }
    const hasToolkit = async (name: string): Promise<boolean> => {
      const asked = new Request(new URL(`/api/toolkits/${name}`, request.url));
      return (await forward(environment, identity, asked)).ok;
    };
    return inTurn(() => answerKeys({ database, organization, userId, hasToolkit }, request));
  },
};

const requestTurns = new RequestTurns();

const unfinishedBodies = new UnfinishedBodies();

/** Counts requests about keys, which no organization's object sees. */
let keyRequests: RequestLimit | undefined;

let readyAuth: Auth | undefined;

/** Shared by all requests once it is ready: a promise of another request might never be kept. */
const authOf = async (environment: Environment): Promise<Auth> => {
  if (readyAuth !== undefined) return readyAuth;
  const mailer = makeMailer(environment);
  const auth = makeAuth({
    url: environment.EXECUTOR_URL,
    secret: environment.BETTER_AUTH_SECRET,
    database: environment.DB,
    attempts: new Attempts(environment.DB, environment.BETTER_AUTH_SECRET),
    maxOrganizations: positive(environment, "EXECUTOR_MAX_ORGANIZATIONS", 5),
    ...(mailer !== undefined && { mail: { mailer, later: waitUntil } }),
  });
  await auth.$context;
  readyAuth = auth;
  return auth;
};

/** Forwards to the organization's object, with the verified identity in place of the credentials. */
const forward = async (
  { ORGANIZATIONS }: Environment,
  identity: Identity,
  request: Request,
): Promise<Response> => {
  const headers = new Headers(request.headers);
  for (const name of request.headers.keys()) {
    const isCredential = name === "authorization" || name === "cookie";
    if (isCredential || name.startsWith(internalHeaderPrefix)) headers.delete(name);
  }
  const accepted = clientAcceptEncoding(request);
  if (accepted === "") headers.delete("accept-encoding");
  else if (accepted !== undefined) headers.set("accept-encoding", accepted);
  headers.set(identityHeader, encodeIdentity(identity));
  const organization = ORGANIZATIONS.get(ORGANIZATIONS.idFromName(identity.organization));
  try {
    return await organization.fetch(new Request(request, { headers }));
  } catch (error) {
    // The platform moved or ended the object, or it could not start. Nothing tells whether it carried the request out.
    log(Effect.logError("An organization's object stopped during a request.", error));
    return Response.json(
      {
        _tag: "OrganisationUnavailable",
        message:
          "The organization's object stopped during the request and restarts. Repeat the request, unless it may have been carried out already.",
      },
      { status: 503, headers: { "retry-after": "1" } },
    );
  }
};

/**
 * What the client sent as `Accept-Encoding`, empty if nothing, where the platform replaced it by its own
 * (https://developers.cloudflare.com/workers/runtime-apis/request/#incomingrequestcfproperties).
 */
const clientAcceptEncoding = (request: Request): string | undefined =>
  "cf" in request ? Option.getOrUndefined(decodeCf(request.cf))?.clientAcceptEncoding : undefined;

const decodeCf = Schema.decodeUnknownOption(Schema.Struct({ clientAcceptEncoding: Schema.String }));

const notFound = (pathname: string): Response =>
  Response.json(
    {
      _tag: "RouteNotFound",
      message: `Nothing answers ${pathname}. The endpoints are listed at /api/docs.`,
    },
    { status: 404 },
  );
