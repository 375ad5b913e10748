import { Effect } from "effect";
import type { Scope } from "effect";
import { listeningClient } from "./client-events.ts";
import { callTool, listTools } from "./connection.ts";
import type { Connection } from "./connection.ts";
import { dialHttp, dialProgram } from "../transports/connect.ts";
import type { Dial } from "../transports/connect.ts";
import type { Endpoint } from "../transports/endpoint.ts";
import { McpFailure } from "../failures/mcp-failure.ts";
import { measured } from "../measured.ts";
import { closed, toMcpFailure } from "../failures/sdk-errors.ts";
import type { StdioTransports } from "../transports/stdio-process.ts";

export interface OpenOptions {
  /** What the client calls itself. */
  readonly version: string;
  /** Absent where programs cannot be run. */
  readonly stdio: StdioTransports | undefined;
  /** The label of the measurement. */
  readonly namespace: string | undefined;
  /** Milliseconds until the server has to have answered `initialize`. */
  readonly timeoutMs: number;
  /** The connection is of no more use to calls that have not begun. */
  readonly onBroken: () => void;
  readonly onToolsChanged: () => void;
}

/** Milliseconds for telling the server that the session ends. */
const leavingMs = 1_000;

/** Connects and initializes. Closing the scope ends the session, and the program where there is one. */
export const openConnection = (
  endpoint: Endpoint,
  options: OpenOptions,
): Effect.Effect<Connection, McpFailure, Scope.Scope> => {
  if (endpoint.transport === "stdio") {
    return Effect.flatMap(dialProgram(endpoint, options.stdio), (dial) => open(dial, options));
  }
  const over = (transport: "http" | "sse") => open(dialHttp(endpoint, transport), options);
  if (endpoint.transport !== "auto") return over(endpoint.transport);
  return Effect.catchIf(over("http"), knowsNoStreamableHttp, (failure) =>
    Effect.mapError(over("sse"), (other) => (other.reason === "http_status" ? failure : other)),
  );
};

/** MCP 2025-11-25, "Backwards Compatibility": what servers that only speak SSE answer to a POST. */
const knowsNoStreamableHttp = ({ code, reason }: McpFailure): boolean =>
  reason === "http_status" && (code === 400 || code === 404 || code === 405);

const open = (dial: Dial, options: OpenOptions) =>
  Effect.gen(function* () {
    let toolsVersion = 0;
    let over: McpFailure | undefined;
    let opened = false;
    const broken = (): void => {
      if (opened) options.onBroken();
    };
    const { client, calls } = listeningClient(options.version, () => {
      toolsVersion += 1;
      options.onToolsChanged();
    });
    const { transport, explain, fatal, leave } = dial(() => calls.current.getStore(), broken);
    client.onclose = () => {
      over ??= explain(closed);
      broken();
    };
    client.onerror = (problem) => {
      if (over !== undefined) return;
      over = fatal(problem);
      if (over !== undefined) void transport.close();
    };
    const close = Effect.promise(async () => {
      if (over === undefined) await leave().catch(() => undefined);
    }).pipe(
      Effect.interruptible,
      Effect.timeoutOption(leavingMs),
      Effect.zipRight(Effect.promise(() => transport.close().catch(() => undefined))),
    );

    yield* Effect.addFinalizer(() => close);
    const started = performance.now();
    yield* Effect.tryPromise({
      try: (signal) => client.connect(transport, { signal, timeout: options.timeoutMs * 2 }),
      catch: toMcpFailure,
    }).pipe(
      Effect.timeoutFail({
        duration: options.timeoutMs,
        onTimeout: () => unanswered(options.timeoutMs),
      }),
      Effect.mapError(explain),
      measured("initialize", options.namespace, () => performance.now() - started),
    );

    const session = { client, calls, ended: () => over };
    const ended = session.ended();
    if (ended !== undefined) return yield* ended;
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

const unanswered = (timeoutMs: number): McpFailure =>
  new McpFailure({
    reason: "connection_error",
    message: `There was no answer as from an MCP server within ${timeoutMs} ms. Check that it is one, or raise the source's timeout.`,
  });
