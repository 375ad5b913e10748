import { other } from "./label-sets.ts";

// Labels of what a peer chose, bounded as OpenTelemetry's conventions want it: what is not known here is `_OTHER`.

const httpMethods: ReadonlySet<string> = new Set([
  "CONNECT",
  "DELETE",
  "GET",
  "HEAD",
  "OPTIONS",
  "PATCH",
  "POST",
  "PUT",
  "TRACE",
]);

/** A method as the label `http.request.method` has it. */
export const httpMethodLabel = (method: string): string =>
  httpMethods.has(method) ? method : other;

/** Codes of JSON-RPC 2.0 (section 5.1), of MCP, and those that MCP's reference implementations use. */
const rpcCodes: ReadonlySet<number> = new Set([
  -32_700, -32_600, -32_601, -32_602, -32_603, -32_000, -32_001, -32_002, -32_020, -32_021, -32_022,
  -32_042,
]);

/** The code of a JSON-RPC error as the labels `rpc.response.status_code` and `error.type` have it. */
export const rpcStatusLabel = (code: number): string => (rpcCodes.has(code) ? String(code) : other);

/** Revisions of MCP until 2026-07-28. */
const mcpVersions: ReadonlySet<string> = new Set([
  "2024-10-07",
  "2024-11-05",
  "2025-03-26",
  "2025-06-18",
  "2025-11-25",
  "2026-07-28",
]);

/** A revision of MCP as the label `mcp.protocol.version` has it. */
export const mcpVersionLabel = (version: string): string =>
  mcpVersions.has(version) ? version : other;
