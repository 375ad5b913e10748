import { CredentialGuard, type JsonObject } from "@executor/sdk";
import { member } from "@executor/plugin-kit";
import { mcpVersionLabel } from "@executor/telemetry";
import { Deferred, Effect, Exit, type Scope } from "effect";
import { closed, McpFailure, toMcpFailure } from "../failures.ts";
import { measured, recordSession } from "../metrics.ts";
import { connectHttp, connectProgram } from "../transports/connect.ts";
import type { Connect, StdioTransports } from "../transports/connect.ts";
import { type Endpoint, endpointKey } from "../transports/endpoint.ts";
import { inRequestSpan } from "./call-span.ts";
import { listeningClient } from "./client-events.ts";
import { callTool, type Connection, sendRequest } from "./connection.ts";
import { ListFreshness } from "./list-freshness.ts";
import type { KnownEras, LegacyTransport } from "./known-eras.ts";
import { type Counts, initialize, negotiate, type Negotiation } from "./negotiation.ts";
import { Peer } from "./peer.ts";
import type { Session } from "./request-scope.ts";
import { makeSubscriptions } from "./subscriptions.ts";

export interface OpenOptions {
  /** The version that the client tells servers. */
  readonly version: string;
  /** `undefined` if programs cannot be run. */
  readonly stdio: StdioTransports | undefined;
  /** Namespace of the source, for the measurement. */
  readonly namespace: string;
  /** Milliseconds for each step of the opening: the start, and the answers of the server. */
  readonly timeoutMs: number;
  readonly knownEras: KnownEras;
  /** Called when new calls can no longer use the connection. */
  readonly onBroken: () => void;
  readonly onToolsChanged: () => void;
  readonly onResourceUpdated: (uri: string) => void;
}

/** Milliseconds for telling the server that the session ends. */
const terminationMs = 1_000;

/** The least milliseconds for each step of a program's first start: `npx` and its kind download the program before. */
const firstStartMs = 3 * 60_000;

/**
 * Connects, and finds out which version is spoken unless that is remembered. Closing the scope ends the session, and the program if
 * there is one.
 */
export const openConnection = (
  endpoint: Endpoint,
  options: OpenOptions,
): Effect.Effect<Connection, McpFailure, Scope.Scope> =>
  Effect.suspend(() => {
    const { knownEras } = options;
    const key = endpointKey(endpoint);
    const known = knownEras.legacyTransport(key);
    if (known === undefined) return openUnknown(endpoint, options);
    return Effect.catchIf(openOver(endpoint, known, false, options), mayHaveChanged, () => {
      knownEras.forget(key);
      return openUnknown(endpoint, options);
    });
  });

/** Whether a server that spoke an older version may speak another one now, and not merely be away. */
const mayHaveChanged = ({ code, reason }: McpFailure): boolean =>
  reason === "rpc_error" ||
  reason === "invalid_response" ||
  reason === "unsupported_version" ||
  (reason === "http_status" && code !== undefined && code < 500 && code !== 401 && code !== 403);

const openUnknown = (endpoint: Endpoint, options: OpenOptions) => {
  switch (endpoint.transport) {
    case "stdio":
      // Some programs end at a request that they do not know. One that ends anyhow is started once only the next time.
      return Effect.catchIf(openOver(endpoint, "stdio", true, options), hasEnded, () =>
        openOver(endpoint, "stdio", false, options).pipe(
          Effect.tapError((failure) =>
            Effect.sync(() => {
              if (!hasEnded(failure)) return;
              options.knownEras.keepLegacy(endpointKey(endpoint), "stdio", false);
            }),
          ),
        ),
      );
    case "sse":
      return openOver(endpoint, "sse", false, options);
    case "http":
      return openOver(endpoint, "http", true, options);
    case "auto":
      return Effect.catchIf(openOver(endpoint, "http", true, options), isOnlySse, (failure) =>
        Effect.mapError(openOver(endpoint, "sse", false, options), (other) =>
          other.reason === "http_status" ? failure : other,
        ),
      );
  }
};

const hasEnded = ({ programEnded }: McpFailure): boolean => programEnded === true;

/** The answers of servers that only speak SSE to a POST (MCP 2025-11-25, "Backwards Compatibility"). */
const isOnlySse = ({ code, reason }: McpFailure): boolean =>
  reason === "http_status" && (code === 400 || code === 404 || code === 405);

/** `asksFirst`: whether the server is asked in the newer version first, in place of an older one alone. */
const openOver = (
  endpoint: Endpoint,
  transport: LegacyTransport,
  asksFirst: boolean,
  options: OpenOptions,
): Effect.Effect<Connection, McpFailure, Scope.Scope> =>
  Effect.gen(function* () {
    const { redactor } = yield* CredentialGuard;
    const connect =
      endpoint.transport === "stdio"
        ? yield* connectProgram(endpoint, options.stdio, redactor)
        : connectHttp(endpoint, transport === "sse" ? "sse" : "http", redactor);
    const { connection, era } = yield* open(connect, endpoint, asksFirst, options);
    if (era === "legacy") options.knownEras.keepLegacy(endpointKey(endpoint), transport);
    return connection;
  });

const open = (connect: Connect, endpoint: Endpoint, asksFirst: boolean, options: OpenOptions) =>
  Effect.gen(function* () {
    let toolsVersion = 0;
    let ended: McpFailure | undefined;
    let opened = false;
    let wasBroken = false;
    const toolsChanged = (): void => {
      toolsVersion += 1;
      options.onToolsChanged();
    };
    const { calls, onNotification, onRequest } = listeningClient({
      onToolsChanged: toolsChanged,
      onResourceUpdated: options.onResourceUpdated,
    });
    const breaking = yield* Deferred.make<void>();
    const broken = (): void => {
      if (!opened) return;
      wasBroken = true;
      Deferred.unsafeDone(breaking, Effect.void);
      options.onBroken();
    };
    const { transport, explain, fatal, terminate } = connect(
      () => calls.current.getStore(),
      broken,
    );
    const peer = new Peer(transport, {
      onRequest,
      onNotification,
      onClose: () => {
        ended ??= explain(closed);
        broken();
      },
      onError: (problem) => {
        if (ended !== undefined) return;
        ended = fatal(problem);
        if (ended !== undefined) void transport.close();
      },
      onUnusable: (failure) => {
        if (ended !== undefined) return;
        ended = failure;
        void transport.close();
      },
    });
    const close = Effect.promise(async () => {
      if (ended === undefined) await terminate().catch(() => undefined);
    }).pipe(
      Effect.interruptible,
      Effect.timeoutOption(terminationMs),
      Effect.zipRight(Effect.promise(() => transport.close().catch(() => undefined))),
    );

    yield* Effect.addFinalizer(() => close);
    const { greeting, version } = yield* greet(peer, endpoint, asksFirst, options).pipe(
      Effect.mapError((failure) => ended ?? explain(failure)),
    );
    if (ended !== undefined) return yield* ended;
    opened = true;
    const started = performance.now();
    yield* Effect.addFinalizer(() =>
      recordSession(
        { endpoint, namespace: options.namespace, version },
        performance.now() - started,
        ended ?? (wasBroken ? closed : undefined),
      ),
    );
    const { era } = greeting;
    const session: Session = {
      peer,
      era,
      calls,
      endpoint,
      version: () => version,
      ended: () => ended,
      retire: broken,
    };
    const subscribe = yield* makeSubscriptions(session, greeting.capabilities, toolsChanged);
    const tellsChanges = member(greeting.capabilities["tools"], "listChanged") === true;
    const freshness = new ListFreshness(tellsChanges, toolsChanged);
    const connection: Connection = {
      serverName: greeting.serverName,
      instructions: greeting.instructions,
      capabilities: greeting.capabilities,
      takesParamHeaders: era === "modern" && endpoint.transport !== "stdio",
      toolsVersion: () => toolsVersion,
      request: (rpc, timeoutMs) =>
        Effect.tap(sendRequest(session, rpc, timeoutMs), (result) =>
          Effect.sync(() => {
            if (rpc.method === "tools/list") freshness.read(result);
          }),
        ),
      subscribe,
      broken: Deferred.await(breaking),
      callTool: (invocation) => {
        freshness.use();
        return callTool(session, invocation);
      },
    };
    return { era, connection };
  });

/** Starts the transport and agrees on a version. */
const greet = (peer: Peer, endpoint: Endpoint, asksFirst: boolean, options: OpenOptions) =>
  Effect.gen(function* () {
    const { knownEras, namespace } = options;
    const isFirstStart =
      endpoint.transport === "stdio" && !knownEras.hasAnswered(endpointKey(endpoint));
    const limitMs = isFirstStart ? Math.max(options.timeoutMs, firstStartMs) : options.timeoutMs;
    let version: string | undefined;
    const inLimits =
      (method: string, counts?: Counts) => (request: Effect.Effect<JsonObject, McpFailure>) =>
        Effect.suspend(() => {
          const started = performance.now();
          const elapsedMs = () => performance.now() - started;
          const operation = { method, namespace, endpoint, version: () => version, elapsedMs };
          return inTime(endpoint, limitMs)(request).pipe(measured(operation, counts));
        });
    const negotiation: Negotiation = {
      peer,
      clientVersion: options.version,
      onAgreed: (agreed) => {
        version = mcpVersionLabel(agreed);
        peer.useVersion(agreed);
      },
      measured: (method, counts) => (request) =>
        inLimits(
          method,
          counts,
        )(request).pipe(inRequestSpan({ method, namespace, endpoint, version: () => version })),
    };
    yield* Effect.tryPromise({ try: () => peer.start(), catch: toMcpFailure }).pipe(
      Effect.as({}),
      inLimits("initialize", Exit.isFailure),
    );
    const greeting = yield* (asksFirst ? negotiate : initialize)(negotiation);
    return { greeting, version };
  });

const inTime = (endpoint: Endpoint, limitMs: number) =>
  Effect.timeoutFail({
    duration: limitMs,
    onTimeout: () =>
      new McpFailure({
        reason: "connection_error",
        message:
          endpoint.transport === "stdio"
            ? `The program ${endpoint.command} did not answer as an MCP server within ${limitMs / 1_000} s. Check the command, or raise the source's timeout (timeoutMs) if it needs longer to start.`
            : `No MCP server answered within ${limitMs / 1_000} s. Check the URL, or raise the source's timeout (timeoutMs).`,
      }),
  });
