import { type JsonObject, unknownSource } from "@executor/sdk";
import { durationSeconds, histogram } from "@executor/telemetry";
import { Cause, Effect, Exit, Option } from "effect";
import { errorTypeOf, type McpFailure, rpcStatusOf } from "./failures.ts";
import { type Endpoint, networkPlace } from "./transports/endpoint.ts";

/** Label sets up to which tools are told apart; in further ones they are `_OTHER`, since each costs as many series as there are buckets. */
const detailedSets = 16;

export const mcpClientOperationDuration = histogram({
  name: "mcp.client.operation.duration",
  description: "Time of requests to MCP servers, waiting for people left out.",
  unit: "s",
  labels: [
    "executor.source",
    "mcp.method.name",
    "gen_ai.tool.name",
    "gen_ai.operation.name",
    "server.address",
    "server.port",
    "network.transport",
    "mcp.protocol.version",
    "error.type",
    "rpc.response.status_code",
  ],
  detail: { label: "gen_ai.tool.name", sets: detailedSets },
  boundaries: durationSeconds,
});

export const mcpClientSessionDuration = histogram({
  name: "mcp.client.session.duration",
  description: "Time from the opening of a connection to an MCP server to its end.",
  unit: "s",
  labels: [
    "executor.source",
    "server.address",
    "server.port",
    "network.transport",
    "mcp.protocol.version",
    "error.type",
  ],
  boundaries: durationSeconds,
});

/** A request to an MCP server, as its measurement shows it. */
export interface MeasuredOperation {
  readonly method: string;
  /** The tool's name at the server, only for `tools/call`: one that the catalogue has. */
  readonly tool?: string | undefined;
  /** Namespace of the source that the request is made for. */
  readonly namespace: string;
  readonly endpoint: Endpoint;
  /** The label `mcp.protocol.version`; `undefined` until `initialize` is answered. */
  readonly version: () => string | undefined;
  /** Called at the end of the request. */
  readonly elapsedMs: () => number;
}

/** Records the duration and the result of a request, interruptions and defects included, unless its end does not count. */
export const measured =
  (
    { elapsedMs, endpoint, method, namespace, tool, version }: MeasuredOperation,
    counts: (exit: Exit.Exit<JsonObject, McpFailure>) => boolean = () => true,
  ) =>
  (request: Effect.Effect<JsonObject, McpFailure>): Effect.Effect<JsonObject, McpFailure> =>
    Effect.onExit(request, (exit) =>
      Effect.sync(() => {
        if (!counts(exit)) return;
        mcpClientOperationDuration.record(elapsedMs() / 1000, {
          ...peerLabels({ endpoint, namespace, version: version() }),
          "mcp.method.name": method,
          "gen_ai.tool.name": tool,
          "gen_ai.operation.name": tool === undefined ? undefined : "execute_tool",
          ...Exit.match(exit, { onSuccess: ended, onFailure: failed }),
        });
      }),
    );

/** A connection, as its measurement shows it. */
interface MeasuredSession {
  readonly endpoint: Endpoint;
  /** Namespace of the source that it was opened for. */
  readonly namespace: string;
  readonly version: string | undefined;
}

/** Records the end of a connection, with the failure that ended it if there was one. */
export const recordSession = (
  session: MeasuredSession,
  elapsedMs: number,
  failure: McpFailure | undefined,
): Effect.Effect<void> =>
  Effect.sync(() => {
    mcpClientSessionDuration.record(elapsedMs / 1000, {
      ...peerLabels(session),
      "error.type": failure && errorTypeOf(failure),
    });
  });

const peerLabels = ({ endpoint, namespace, version }: MeasuredSession) => {
  const place = networkPlace(endpoint);
  // The host of a source that is not added yet is whatever a client typed.
  const isConfigured = namespace !== unknownSource;
  return {
    "executor.source": namespace,
    "server.address": isConfigured ? place?.address : place && "_OTHER",
    "server.port": isConfigured ? place?.port : undefined,
    "network.transport": place === undefined ? "pipe" : "tcp",
    "mcp.protocol.version": version,
  };
};

/** Labels of what went wrong. */
interface WhatFailed {
  readonly "error.type": string | undefined;
  readonly "rpc.response.status_code": string | undefined;
}

/** A result with `isError` has the error type that OpenTelemetry's MCP conventions give it. */
const ended = (result: JsonObject): WhatFailed => ({
  "error.type": result["isError"] === true ? "tool_error" : undefined,
  "rpc.response.status_code": undefined,
});

const failed = (cause: Cause.Cause<McpFailure>): WhatFailed =>
  Option.match(Cause.failureOption(cause), {
    onNone: () => ({
      "error.type": Cause.isInterruptedOnly(cause) ? "cancelled" : "internal_error",
      "rpc.response.status_code": undefined,
    }),
    onSome: (failure) => ({
      "error.type": errorTypeOf(failure),
      "rpc.response.status_code": rpcStatusOf(failure),
    }),
  });
