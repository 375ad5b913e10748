/** Codes of JSON-RPC 2.0, section 5.1, and those that MCP's reference implementation uses for its transport. */
export const errorCodes = {
  parse: -32700,
  invalidParams: -32602,
  internal: -32603,
  transport: -32000,
  sessionNotFound: -32001,
} as const;

/** An HTTP error with a JSON-RPC error in its body, for requests that no session answers. */
export const errorResponse = (
  status: number,
  code: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Response =>
  Response.json({ jsonrpc: "2.0", error: { code, message }, id: null }, { status, headers });

/** Ends a request with a JSON-RPC error. The SDK's own error class writes its code into the message. */
export class JsonRpcError extends Error {
  override readonly name = "JsonRpcError";
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}
