import type { SpanTracer } from "@executor/telemetry/tracing";
import { isInitializeRequest, isLegacyRequest } from "@modelcontextprotocol/server";
import { errorCodes, errorResponse, readJsonBody } from "./json-rpc.ts";
import type { NetworkTransport } from "./operations/labels.ts";
import type { ServerFactory } from "./server.ts";
import type { Subscribe } from "./offerings/subscriptions.ts";
import { openSession, type Session } from "./sessions/session.ts";
import { type McpLimits, Sessions } from "./sessions/sessions.ts";
import { statelessEndpoint } from "./stateless/endpoint.ts";
import type { RequestStates } from "./stateless/request-state.ts";

export interface RouterOptions {
  readonly limits: McpLimits;
  /** `undefined` where traces are off. */
  readonly tracer: SpanTracer | undefined;
  readonly states: RequestStates;
  /** What a request reaches, and who sends it; or the answer, if it reaches nothing. A session keeps those of its first request. */
  readonly reachedBy: (request: Request) => Promise<Reached | Response>;
}

/** What a request reaches. */
export interface Reached {
  /** Who sent it; empty if everybody is the same. */
  readonly holder: string;
  /** Toolkit whose endpoint it came to; no other endpoint knows its session or its questions. */
  readonly toolkit: string | undefined;
  /** Makes the server that answers it. */
  readonly serve: ServerFactory;
  /** How a client without a session follows a resource. */
  readonly subscribe: Subscribe;
}

/** Answers the requests to an endpoint, each by the era of its message. */
export interface Router {
  readonly answer: (request: Request) => Promise<Response>;
  /** Ends the sessions that were idle for too long. */
  readonly endIdle: () => void;
  /** Notifies every client that follows changes of the lists. */
  readonly listsChanged: () => Promise<unknown>;
  readonly stopListening: () => void;
  readonly close: () => void;
}

export const mcpRouter = ({ limits, tracer, states, reachedBy }: RouterOptions): Router => {
  const { keepAliveMs } = limits;
  const sessions = new Sessions(limits);
  const stateless = statelessEndpoint({
    states,
    tracer,
    keepAliveMs,
    maxListeners: limits.maxSessions,
  });

  const open = async (request: Request, body: unknown, reached: Reached): Promise<Response> => {
    if (!isInitializeRequest(body)) return notInitialized();
    const { holder } = reached;
    if (!sessions.makeRoom(holder)) return tooManySessions(limits.maxSessions);
    const id = crypto.randomUUID();
    const session = openSession({
      ...reached,
      id,
      networkTransport: networkTransportOf(request),
      tracer,
      keepAliveMs,
      onClosed: () => sessions.byId.delete(id),
    });
    sessions.byId.set(id, session);
    const response = await session.handle(request, body);
    if (!session.isInitialized()) session.close();
    return response;
  };

  const answer = async (request: Request): Promise<Response> => {
    if (!methods.includes(request.method)) return otherMethod(request.method);
    const id = request.headers.get("mcp-session-id");
    const reached = await reachedBy(request);
    if (reached instanceof Response) return reached;
    const known = id === null ? undefined : sessions.byId.get(id);
    const session = known?.toolkit === reached.toolkit ? known : undefined;
    if (request.method !== "POST") {
      if (session !== undefined) return session.handle(request, undefined);
      return id === null ? otherMethod(request.method, ["POST"]) : unknownSession();
    }
    const body = await readJsonBody(request, limits.maxBodyBytes);
    if (body instanceof Response) return body;
    if (!(await isLegacyRequest(request, body.json))) {
      return stateless.handle(request, body.json, {
        ...reached,
        networkTransport: networkTransportOf(request),
      });
    }
    if (id !== null && session === undefined) return unknownSession();
    return session === undefined
      ? open(request, body.json, reached)
      : session.handle(request, body.json);
  };

  return {
    answer,
    endIdle: () => sessions.endIdle(),
    listsChanged: () => {
      stateless.listsChanged();
      return notifyAll([...sessions.byId.values()]);
    },
    stopListening: () => {
      stateless.stopListening();
      sessions.byId.forEach((session) => session.stopListening());
    },
    close: () => {
      stateless.close();
      sessions.byId.forEach((session) => session.close());
    },
  };
};

const methods = ["DELETE", "GET", "POST"];

/** A client without an open stream is not notified, and one that has just disconnected must not affect the others. */
const notifyAll = (sessions: ReadonlyArray<Session>): Promise<unknown> =>
  Promise.allSettled(sessions.map((session) => session.listsChanged()));

/** The header is set by `executor mcp`, which speaks HTTP for a client that speaks stdio. */
const networkTransportOf = (request: Request): NetworkTransport =>
  request.headers.get("executor-transport") === "pipe" ? "pipe" : "tcp";

const otherMethod = (method: string, allowed = methods): Response => {
  const hint = methods.includes(method) ? " without Mcp-Session-Id" : "";
  return errorResponse(405, `/mcp does not take ${method}${hint}.`, errorCodes.transport, {
    allow: allowed.join(", "),
  });
};

const unknownSession = (): Response =>
  errorResponse(
    404,
    "There is no such session: it has ended. Send initialize without Mcp-Session-Id to begin a new one.",
    errorCodes.sessionNotFound,
  );

const notInitialized = (): Response =>
  errorResponse(
    400,
    "A session begins with a POST of one valid initialize request; later requests carry the header Mcp-Session-Id of its response.",
  );

const tooManySessions = (max: number): Response => {
  const message = `There are ${max} sessions, the most at once, and none that may end for another one of yours. End one, or try again when some have ended.`;
  return errorResponse(503, message, errorCodes.transport, { "retry-after": "30" });
};
