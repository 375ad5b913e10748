import { isTooDeep, readBoundedBody, tooDeep } from "@executor/sdk";

/** Codes of JSON-RPC 2.0, section 5.1, and those that MCP's reference implementation uses for its transport. */
export const errorCodes = {
  parse: -32700,
  invalidRequest: -32600,
  invalidParams: -32602,
  internal: -32603,
  transport: -32000,
  sessionNotFound: -32001,
} as const;

/** An HTTP error with a JSON-RPC error in its body, for requests that no session answers. */
export const errorResponse = (
  status: number,
  message: string,
  code: number = errorCodes.transport,
  headers: Readonly<Record<string, string>> = {},
): Response => {
  const body = new TextEncoder().encode(
    JSON.stringify({ jsonrpc: "2.0", error: { code, message }, id: null }),
  );
  // The answer to HEAD has the length too, and no body to take it from.
  const length = String(body.length);
  const type = "application/json;charset=utf-8";
  const all = { "content-type": type, "content-length": length, ...headers };
  return new Response(body, { status, headers: all });
};

/** Ends a request with a JSON-RPC error. The SDK's own error class writes its code into the message. */
export class JsonRpcError extends Error {
  override readonly name = "JsonRpcError";

  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

/** Parses a request's body of at most `maxBytes` bytes as JSON. Returns an error response if that is not possible. */
export const readJsonBody = async (
  request: Request,
  maxBytes: number,
): Promise<{ readonly json: unknown } | Response> => {
  const declared = Number(request.headers.get("content-length"));
  const body = declared > maxBytes ? undefined : await readBoundedBody(request.body, maxBytes);
  if (body === undefined || body.end === "too_large") {
    return errorResponse(413, `The message is larger than ${maxBytes} bytes. Send less at once.`);
  }
  try {
    const json: unknown = JSON.parse(new TextDecoder().decode(body.bytes));
    if (!isTooDeep(json)) return { json };
    const message = `The message cannot be taken: ${tooDeep}. Send less nested arguments.`;
    return errorResponse(400, message, errorCodes.invalidRequest);
  } catch {
    return errorResponse(400, "The body is not JSON. Send one message.", errorCodes.parse);
  }
};
