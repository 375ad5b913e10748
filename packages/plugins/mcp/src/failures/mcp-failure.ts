import {
  InvalidSourceDocument,
  SourceDocumentTooLarge,
  SourceUnreachable,
  ToolCallError,
} from "@executor/sdk";
import type { SourceLoadError } from "@executor/sdk";
import { Data } from "effect";

/**
 * Why an exchange with an MCP server brought no result. The message says what happened and what to do.
 *
 * - `invalid_settings`: the settings lead to no server. `too_many_connections`: no more may be open.
 * - `connection_error`: the server could not be reached, or the connection broke. `timeout`: no answer in time.
 * - `http_status`: it refused the request as HTTP. `rpc_error`: it answered with a JSON-RPC error.
 * - `invalid_response`: it answered with what MCP does not allow. `response_too_large`: with more than is read.
 */
export class McpFailure extends Data.TaggedError("McpFailure")<{
  readonly reason:
    | "invalid_settings"
    | "too_many_connections"
    | "connection_error"
    | "timeout"
    | "http_status"
    | "rpc_error"
    | "invalid_response"
    | "response_too_large";
  readonly message: string;
  /** The HTTP status of `http_status`, the JSON-RPC code of `rpc_error`. */
  readonly code?: number;
  /** Whether the server certainly did nothing: the request never reached it, or it refused to take it up. */
  readonly unprocessed?: boolean;
}> {}

/** JSON-RPC 2.0, section 5.1, and MCP. */
const invalidParams = -32_602;

/** The JSON-RPC codes that may be labels: a server can send any number. */
const knownCodes: ReadonlySet<number> = new Set([
  -32_700,
  -32_600,
  -32_601,
  invalidParams,
  -32_603,
  -32_000,
  -32_001,
  -32_002,
  -32_042,
]);

/** OpenTelemetry's `error.type`: an HTTP status, a JSON-RPC code, or the reason. */
export const errorTypeOf = ({ code, reason }: McpFailure): string => {
  if (reason === "http_status") return code === undefined ? "_OTHER" : String(code);
  if (reason !== "rpc_error") return reason;
  return code !== undefined && knownCodes.has(code) ? String(code) : "_OTHER";
};

export const toToolCallError = (failure: McpFailure): ToolCallError => {
  const { code, message, reason } = failure;
  const errorType = errorTypeOf(failure);
  switch (reason) {
    case "timeout":
      return new ToolCallError({ outcome: "timeout", errorType, message });
    case "rpc_error":
      return new ToolCallError({
        outcome: code === invalidParams ? "invalid_input" : "tool_error",
        errorType,
        message,
      });
    case "http_status":
      return new ToolCallError({
        outcome: "upstream_error",
        errorType,
        message,
        ...(code === undefined ? {} : { status: code }),
      });
    case "invalid_settings":
    case "too_many_connections":
    case "connection_error":
    case "invalid_response":
    case "response_too_large":
      return new ToolCallError({ outcome: "upstream_error", errorType, message });
  }
};

export const toLoadError = ({ message, reason }: McpFailure): SourceLoadError => {
  switch (reason) {
    case "invalid_settings":
    case "invalid_response":
      return new InvalidSourceDocument({ message });
    case "response_too_large":
      return new SourceDocumentTooLarge({ message });
    case "too_many_connections":
    case "connection_error":
    case "timeout":
    case "http_status":
    case "rpc_error":
      return new SourceUnreachable({ message });
  }
};
