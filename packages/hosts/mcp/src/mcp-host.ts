import type { Executions } from "@executor/execution";
import { deriveKey, SecretKey, Sources, Toolkits } from "@executor/sdk";
import { currentTracer } from "@executor/telemetry/tracing";
import { isInitializeRequest, isLegacyRequest } from "@modelcontextprotocol/server";
import { Cause, Context, Effect, Exit, Layer, Option, Runtime, Schedule, Stream } from "effect";
import { hostTools } from "./tools/call-tool.ts";
import { errorCodes, errorResponse, JsonRpcError, readJsonBody } from "./json-rpc.ts";
import type { NetworkTransport } from "./operations/labels.ts";
import { openSession, type Session } from "./sessions/session.ts";
import { McpHostLimits, Sessions } from "./sessions/sessions.ts";
import { statelessEndpoint } from "./stateless/endpoint.ts";
import { RequestStates } from "./stateless/request-state.ts";

export interface McpHostOptions {
  /** The app's version, which clients receive. */
  readonly version: string;
  /** Who sends a request; without it, everybody is the same. */
  readonly holderOf?: (request: Request) => string;
  /** Toolkit whose tools alone exist for a request; without it, all do. */
  readonly toolkitOf?: (request: Request) => string | undefined;
  /** Whose runs these are, where several tenants share a secret key. */
  readonly tenant?: string;
}

/** The MCP endpoint: streamable HTTP, with sessions until MCP 2025-11-25 and without since 2026-07-28. */
export class McpHost extends Context.Tag("@executor/host-mcp/McpHost")<
  McpHost,
  {
    /** Answers any request to the endpoint. The app must check before who may send requests, and from where. */
    readonly handle: (request: Request) => Promise<Response>;
    /** Closes the streams that only listen, which would delay a server that waits for its requests to end. */
    readonly stopListening: () => void;
  }
>() {
  /** Closing its scope ends every session and cancels their runs. */
  static readonly layer = (
    options: McpHostOptions,
  ): Layer.Layer<McpHost, never, Executions | SecretKey | Sources | Toolkits> =>
    Layer.scoped(
      McpHost,
      Effect.suspend(() => make(options)),
    );
}

const make = ({
  version,
  holderOf = () => "",
  toolkitOf = () => undefined,
  tenant = "",
}: McpHostOptions) =>
  Effect.gen(function* () {
    const tools = yield* hostTools;
    const sources = yield* Sources;
    const toolkits = yield* Toolkits;
    const limits = yield* McpHostLimits;
    const runtime = yield* Effect.runtime();
    const tracer = yield* currentTracer;
    const sessions = new Sessions(limits);
    const secretKey = yield* SecretKey;
    const key = yield* Effect.promise(() => deriveKey(secretKey, "the state of MCP requests"));
    const stateless = statelessEndpoint({
      states: new RequestStates(key, tenant),
      tracer,
      keepAliveMs: limits.keepAliveMs,
      maxListeners: limits.maxSessions,
    });
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        stateless.close();
        sessions.byId.forEach((session) => session.close());
      }),
    );
    yield* Effect.sync(() => sessions.endIdle()).pipe(
      Effect.repeat(Schedule.spaced(limits.maxIdleMs / 10)),
      Effect.forkScoped,
    );
    yield* tools.measure;
    yield* Stream.merge(sources.changes, toolkits.changes).pipe(
      Stream.tap(() => tools.measure),
      Stream.tap(() => Effect.sync(() => stateless.toolsChanged())),
      Stream.runForEach(() => Effect.promise(() => notifyAll([...sessions.byId.values()]))),
      Effect.forkScoped,
    );

    const runWithin =
      (toolkit: string | undefined) =>
      async <A>(effect: Effect.Effect<A, JsonRpcError>, signal: AbortSignal) => {
        const limited = Effect.catchTag(
          toolkits.within(toolkit)(withTraceId(effect)),
          "ToolkitNotFound",
          ({ message }) => Effect.fail(new JsonRpcError(errorCodes.invalidParams, message)),
        );
        const exit = await Runtime.runPromiseExit(runtime)(limited, { signal });
        if (Exit.isSuccess(exit)) return exit.value;
        throw Option.getOrElse(Cause.failureOption(exit.cause), () => cancelled);
      };

    const open = async (
      request: Request,
      body: unknown,
      toolkit: string | undefined,
    ): Promise<Response> => {
      if (!isInitializeRequest(body)) return notInitialized();
      const holder = holderOf(request);
      if (!sessions.makeRoom(holder)) return tooManySessions(limits.maxSessions);
      const id = crypto.randomUUID();
      const session = openSession({
        id,
        holder,
        version,
        networkTransport: networkTransportOf(request),
        tools,
        tracer,
        keepAliveMs: limits.keepAliveMs,
        toolkit,
        run: runWithin(toolkit),
        onClosed: () => sessions.byId.delete(id),
      });
      sessions.byId.set(id, session);
      const response = await session.handle(request, body);
      if (!session.isInitialized()) session.close();
      return response;
    };

    const missingToolkit = (toolkit: string | undefined): Promise<Response | undefined> =>
      Effect.runPromise(
        Effect.match(toolkits.within(toolkit)(Effect.void), {
          onFailure: ({ message }) => errorResponse(404, message),
          onSuccess: () => undefined,
        }),
      );

    const answer = async (request: Request): Promise<Response> => {
      if (!methods.includes(request.method)) return otherMethod(request.method);
      const id = request.headers.get("mcp-session-id");
      const toolkit = toolkitOf(request);
      const missing = await missingToolkit(toolkit);
      if (missing !== undefined) return missing;
      const known = id === null ? undefined : sessions.byId.get(id);
      const session = known?.toolkit === toolkit ? known : undefined;
      if (request.method !== "POST") {
        if (session !== undefined) return session.handle(request, undefined);
        return id === null ? otherMethod(request.method, ["POST"]) : unknownSession();
      }
      const body = await readJsonBody(request, limits.maxBodyBytes);
      if (body instanceof Response) return body;
      if (!(await isLegacyRequest(request, body.json))) {
        const networkTransport = networkTransportOf(request);
        const holder = holderOf(request);
        return stateless.handle(request, body.json, {
          version,
          tools,
          holder,
          run: runWithin(toolkit),
          networkTransport,
        });
      }
      if (id !== null && session === undefined) return unknownSession();
      return session === undefined
        ? open(request, body.json, toolkit)
        : session.handle(request, body.json);
    };

    const unexpected = async (defect: unknown): Promise<Response> => {
      const failed = Effect.flip(withTraceId(Effect.die(defect)));
      const { code, message } = await Runtime.runPromise(runtime)(failed);
      return errorResponse(500, message, code);
    };

    return {
      handle: (request: Request) => answer(request).catch(unexpected),
      stopListening: () => {
        stateless.stopListening();
        sessions.byId.forEach((session) => session.stopListening());
      },
    };
  });

const methods = ["DELETE", "GET", "POST"];

/** A client without an open stream is not notified, and one that has just disconnected must not affect the others. */
const notifyAll = (sessions: ReadonlyArray<Session>): Promise<unknown> =>
  Promise.allSettled(sessions.map((session) => session.toolsChanged()));

/** Logs a defect under a trace id, and tells the client the id. */
const withTraceId = <A>(effect: Effect.Effect<A, JsonRpcError>): Effect.Effect<A, JsonRpcError> =>
  Effect.catchAllDefect(effect, (defect) => {
    const traceId = crypto.randomUUID().replaceAll("-", "");
    const message = `Something unexpected happened. The daemon's log has it under the trace id ${traceId}.`;
    return Effect.logError("An MCP request met something unexpected.", defect).pipe(
      Effect.annotateLogs({ traceId }),
      Effect.zipRight(Effect.fail(new JsonRpcError(errorCodes.internal, message))),
    );
  });

const cancelled = new JsonRpcError(errorCodes.internal, "The request was cancelled.");

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
