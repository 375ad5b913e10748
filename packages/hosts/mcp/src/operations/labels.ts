import { rpcStatusLabel } from "@executor/telemetry";
import type { OperationFailure } from "./operation-span.ts";

/** Codes that tell the client of a mistake in its request: the server did not fail (OpenTelemetry's MCP conventions). */
const mistakes: ReadonlySet<number> = new Set([
  -32_700, -32_600, -32_601, -32_602, -32_002, -32_020, -32_021, -32_022,
]);

/** What the code of a JSON-RPC error says of the operation that it ended. */
export const refusal = (code: number): OperationFailure => {
  const statusCode = rpcStatusLabel(code);
  return { statusCode, errorType: mistakes.has(code) ? undefined : statusCode };
};

/** Methods that a client can send (MCP 2024-11-05 to 2026-07-28), as OpenTelemetry's MCP conventions list them. */
const methods: ReadonlySet<string> = new Set([
  "completion/complete",
  "initialize",
  "logging/setLevel",
  "notifications/cancelled",
  "notifications/initialized",
  "notifications/progress",
  "notifications/roots/list_changed",
  "ping",
  "prompts/get",
  "prompts/list",
  "resources/list",
  "resources/read",
  "resources/subscribe",
  "resources/templates/list",
  "resources/unsubscribe",
  "server/discover",
  "subscriptions/listen",
  "tools/call",
  "tools/list",
]);

const tools: ReadonlySet<string> = new Set(["execute", "resume"]);

const other = "_OTHER";

/** The label `mcp.method.name`. */
export const methodLabel = (method: string): string => (methods.has(method) ? method : other);

/** The label `gen_ai.tool.name`, only for `tools/call`. */
export const toolLabel = (method: string, params: unknown): string | undefined => {
  if (method !== "tools/call") return undefined;
  const name = typeof params === "object" && params !== null && "name" in params && params.name;
  return typeof name === "string" && tools.has(name) ? name : other;
};

/** The label `network.transport` (OpenTelemetry's MCP conventions): `pipe` for stdio, `tcp` for HTTP. */
export type NetworkTransport = "tcp" | "pipe";
