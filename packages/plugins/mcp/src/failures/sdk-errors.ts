import { SseError } from "@modelcontextprotocol/sdk/client/sse.js";
import { StreamableHTTPError } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { McpError } from "@modelcontextprotocol/sdk/types.js";
import { McpFailure } from "./mcp-failure.ts";

/** What the SDK rejects with, told apart. */
export const toMcpFailure = (error: unknown): McpFailure => {
  if (error instanceof McpFailure) return error;
  if (error instanceof McpError) {
    return new McpFailure({
      reason: "rpc_error",
      code: error.code,
      message: withoutPrefix(error.message),
    });
  }
  if (error instanceof SseError) {
    return error.code === undefined
      ? new McpFailure({ reason: "connection_error", message: withoutPrefix(error.message) })
      : new McpFailure({
          reason: "http_status",
          code: error.code,
          message: `The server answered ${error.code} in place of a stream of events. Check the URL and the headers.`,
        });
  }
  if (error instanceof StreamableHTTPError && error.code !== undefined && error.code >= 300) {
    return new McpFailure({
      reason: "http_status",
      code: error.code,
      message: `${withoutPrefix(error.message)} Check that the URL is the MCP server's own.`,
    });
  }
  return invalidResponse;
};

/** The SDK writes its own name and the code in front, at the server and here. */
const withoutPrefix = (message: string): string =>
  message.replace(/^((MCP error -?\d+|Streamable HTTP error|SSE error): )+/, "");

export const invalidResponse = new McpFailure({
  reason: "invalid_response",
  message:
    "The server's answer is not what the Model Context Protocol says. Check that the URL or command is that of an MCP server.",
});

export const closed = new McpFailure({
  reason: "connection_error",
  message:
    "The connection to the MCP server was closed. A call that was under way may have worked: check before calling again.",
});

export const unanswered = (timeoutMs: number): McpFailure =>
  new McpFailure({
    reason: "timeout",
    message: `The MCP server did not answer within ${timeoutMs} ms. Ask for less, or let the operator raise the source's timeout.`,
  });
