/** The methods that a client can send (MCP 2025-11-25), as OpenTelemetry's MCP conventions list them. */
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
  "tools/call",
  "tools/list",
]);

const tools: ReadonlySet<string> = new Set(["execute", "resume"]);

export const other = "_OTHER";

/** The label `mcp.method.name`. */
export const methodLabel = (method: string): string => (methods.has(method) ? method : other);

/** The label `gen_ai.tool.name`: absent but for `tools/call`. */
export const toolLabel = (method: string, params: unknown): string | undefined => {
  if (method !== "tools/call") return undefined;
  const name = typeof params === "object" && params !== null && "name" in params && params.name;
  return typeof name === "string" && tools.has(name) ? name : other;
};

/** The label `network.transport` (OpenTelemetry's MCP conventions): `pipe` for stdio, `tcp` for HTTP. */
export type NetworkTransport = "tcp" | "pipe";
