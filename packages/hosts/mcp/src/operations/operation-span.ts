import {
  type Attributes,
  carriedSpan,
  type ExecutorSpan,
  readTraceContext,
  RecordedSpan,
  type SpanTracer,
  unixMillis,
} from "@executor/telemetry/tracing";
import type { RequestId } from "@modelcontextprotocol/server";
import { Exit } from "effect";

/** A request as its span shows it. */
export interface ShownOperation {
  /** The label `mcp.method.name`. */
  readonly method: string;
  /** The label `gen_ai.tool.name`, only for `tools/call`. */
  readonly tool: string | undefined;
  readonly id: RequestId;
  readonly params: unknown;
  readonly transport: string;
}

/**
 * Begins the span of a client's request (OpenTelemetry's MCP conventions). Its parent is the one that the message names in `_meta` (MCP,
 * SEP-414), with a link to the HTTP request that brought it; without one, the HTTP request is the parent.
 */
export const beginOperationSpan = (
  tracer: SpanTracer | undefined,
  operation: ShownOperation,
): ExecutorSpan | undefined => {
  if (tracer === undefined) return undefined;
  const { method, tool } = operation;
  const http = carriedSpan();
  const meta = metaOf(operation.params);
  const caller = readTraceContext(meta.get("traceparent"), meta.get("tracestate"));
  return tracer.start(
    {
      name: tool === undefined ? method : `${method} ${tool}`,
      kind: "server",
      attributes: () => attributesOf(operation),
    },
    caller ?? http,
    caller === undefined ? undefined : http,
  );
};

const metaOf = (params: unknown): ReadonlyMap<string, unknown> => {
  const meta =
    typeof params === "object" && params !== null && "_meta" in params ? params._meta : undefined;
  return new Map(typeof meta === "object" && meta !== null ? Object.entries(meta) : []);
};

const attributesOf = ({ method, tool, id, transport }: ShownOperation): Attributes => ({
  "mcp.method.name": method,
  "gen_ai.operation.name": tool === undefined ? undefined : "execute_tool",
  "gen_ai.tool.name": tool,
  "jsonrpc.request.id": String(id).slice(0, maxIdChars),
  "network.transport": transport,
});

/** Clients choose their ids. */
const maxIdChars = 128;

/** What went wrong with an operation, as the labels of its measurement have it. */
export interface OperationFailure {
  /** `error.type`; absent where the client made a mistake. */
  readonly errorType?: string | undefined;
  /** `rpc.response.status_code`: the code of the JSON-RPC error that was answered. */
  readonly statusCode?: string;
}

/** Ends the span of a request by the labels of its measurement; a cancelled one is no error. */
export const endOperationSpan = (
  span: ExecutorSpan | undefined,
  { errorType, statusCode }: OperationFailure,
  protocolVersion: string | undefined,
): void => {
  if (!(span instanceof RecordedSpan)) return;
  span.set({ "mcp.protocol.version": protocolVersion });
  // Stable conventions have renamed it, those of MCP not yet.
  if (statusCode !== undefined) {
    span.set({ "rpc.response.status_code": statusCode, "rpc.status_code": statusCode });
  }
  if (errorType === "cancelled") span.set({ "executor.outcome": errorType });
  else if (errorType !== undefined) span.fail(errorType);
  span.endAt(unixMillis(), Exit.void);
};
