import { CredentialGuard } from "@executor/sdk";
import { mcpVersionLabel } from "@executor/telemetry";
import { Effect, type Scope } from "effect";
import { closed, McpFailure, toMcpFailure } from "../failures.ts";
import { measured } from "../metrics.ts";
import { connectHttp, connectProgram } from "../transports/connect.ts";
import type { Connect, StdioTransports } from "../transports/connect.ts";
import type { Endpoint } from "../transports/endpoint.ts";
import { listeningClient } from "./client-events.ts";
import { callTool, type Connection, listTools } from "./connection.ts";

export interface OpenOptions {
  /** The version that the client tells servers. */
  readonly version: string;
  /** `undefined` if programs cannot be run. */
  readonly stdio: StdioTransports | undefined;
  /** Namespace of the source, for the measurement. */
  readonly namespace: string;
  /** Milliseconds for the answer to `initialize`. */
  readonly timeoutMs: number;
  /** Called when new calls can no longer use the connection. */
  readonly onBroken: () => void;
  readonly onToolsChanged: () => void;
}

/** Milliseconds for telling the server that the session ends. */
const terminationMs = 1_000;

/** Connects and initializes. Closing the scope ends the session, and the program if there is one. */
export const openConnection = (
  endpoint: Endpoint,
  options: OpenOptions,
): Effect.Effect<Connection, McpFailure, Scope.Scope> =>
  Effect.flatMap(CredentialGuard, ({ redactor }) => {
    if (endpoint.transport === "stdio") {
      return Effect.flatMap(connectProgram(endpoint, options.stdio, redactor), (connect) =>
        open(connect, endpoint, options),
      );
    }
    const over = (transport: "http" | "sse") =>
      open(connectHttp(endpoint, transport, redactor), endpoint, options);
    if (endpoint.transport !== "auto") return over(endpoint.transport);
    return Effect.catchIf(over("http"), isOnlySse, (failure) =>
      Effect.mapError(over("sse"), (other) => (other.reason === "http_status" ? failure : other)),
    );
  });

/** The answers of servers that only speak SSE to a POST (MCP 2025-11-25, "Backwards Compatibility"). */
const isOnlySse = ({ code, reason }: McpFailure): boolean =>
  reason === "http_status" && (code === 400 || code === 404 || code === 405);

const open = (connect: Connect, endpoint: Endpoint, options: OpenOptions) =>
  Effect.gen(function* () {
    let toolsVersion = 0;
    let ended: McpFailure | undefined;
    let opened = false;
    let version: string | undefined;
    const broken = (): void => {
      if (opened) options.onBroken();
    };
    const { client, calls } = listeningClient(options.version, () => {
      toolsVersion += 1;
      options.onToolsChanged();
    });
    const { transport, explain, fatal, terminate } = connect(
      () => calls.current.getStore(),
      broken,
    );
    client.onclose = () => {
      ended ??= explain(closed);
      broken();
    };
    client.onerror = (problem) => {
      if (ended !== undefined) return;
      ended = fatal(problem);
      if (ended !== undefined) void transport.close();
    };
    const close = Effect.promise(async () => {
      if (ended === undefined) await terminate().catch(() => undefined);
    }).pipe(
      Effect.interruptible,
      Effect.timeoutOption(terminationMs),
      Effect.zipRight(Effect.promise(() => transport.close().catch(() => undefined))),
    );

    yield* Effect.addFinalizer(() => close);
    const setVersion = transport.setProtocolVersion?.bind(transport);
    transport.setProtocolVersion = (agreed) => {
      version = mcpVersionLabel(agreed);
      setVersion?.(agreed);
    };
    const started = performance.now();
    yield* Effect.tryPromise({
      try: (signal) => client.connect(transport, { signal, timeout: options.timeoutMs * 2 }),
      catch: toMcpFailure,
    }).pipe(
      Effect.timeoutFail({
        duration: options.timeoutMs,
        onTimeout: () => uninitialized(options.timeoutMs),
      }),
      Effect.mapError(explain),
      measured({
        method: "initialize",
        namespace: options.namespace,
        endpoint,
        version: () => version,
        elapsedMs: () => performance.now() - started,
      }),
    );

    const session = { client, calls, endpoint, version: () => version, ended: () => ended };
    const failure = session.ended();
    if (failure !== undefined) return yield* failure;
    opened = true;

    const server = client.getServerVersion();
    return {
      serverName: server?.title ?? server?.name ?? "MCP server",
      offersTools: client.getServerCapabilities()?.tools !== undefined,
      toolsVersion: () => toolsVersion,
      listTools: (cursor, timeoutMs) => listTools(session, cursor, timeoutMs),
      callTool: (invocation) => callTool(session, invocation),
    } satisfies Connection;
  });

const uninitialized = (timeoutMs: number): McpFailure =>
  new McpFailure({
    reason: "connection_error",
    message: `No MCP server answered within ${timeoutMs} ms. Check that the URL or command is that of an MCP server, or raise the source's timeout.`,
  });
