import {
  InvalidSourceDocument,
  Json,
  passingStatus,
  SourceDocumentTooLarge,
  SourceUnreachable,
  tooDeep,
  ToolCallError,
} from "@executor/sdk";
import type { PassingFailure, SourceLoadError } from "@executor/sdk";
import { rpcStatusLabel } from "@executor/telemetry";
import { SdkHttpError, SseError } from "@modelcontextprotocol/client";
import { errorData, shorten } from "@executor/plugin-kit";
import { Data, Schema } from "effect";

/**
 * A request to an MCP server that failed. The message says what happened and what to do.
 *
 * - `invalid_settings`: the settings do not describe a server. `too_many_connections`: the limit is reached.
 * - `connection_error`: the server could not be reached, or the connection broke. `timeout`: no answer in time.
 * - `http_status`: the server refused the HTTP request. `rpc_error`: it answered with a JSON-RPC error.
 * - `invalid_response`: the answer is not valid MCP. `response_too_large`: the answer is over the size limit.
 * - `input_required`: the server asks what nobody here can answer.
 * - `unsupported_version`: the server speaks no version of MCP that Executor speaks.
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
    | "response_too_large"
    | "unsupported_version"
    | "input_required";
  readonly message: string;
  /** The HTTP status of `http_status`, the JSON-RPC code of `rpc_error`. */
  readonly code?: number;
  /** The data of a JSON-RPC error, or the versions that the server speaks as `supported`. */
  readonly data?: Json;
  /** Whether the server certainly did nothing: the request never reached it, or the server refused to start it. */
  readonly unprocessed?: boolean;
  /** Whether an MCP server refused because it wants sign-in (MCP, "Authorization"). */
  readonly wantsSignIn?: boolean;
  /** Whether the server is a program that was started and has ended. */
  readonly programEnded?: boolean;
}> {}

/** JSON-RPC 2.0, section 5.1, and MCP. */
const invalidParams = -32_602;

/** OpenTelemetry's `error.type`: an HTTP status, a JSON-RPC code, or the reason. */
export const errorTypeOf = (failure: McpFailure): string => {
  const { code, reason } = failure;
  if (reason === "http_status") return code === undefined ? "_OTHER" : String(code);
  return rpcStatusOf(failure) ?? reason;
};

/** The label `rpc.response.status_code`; `undefined` where the server answered no JSON-RPC error. */
export const rpcStatusOf = ({ code, reason }: McpFailure): string | undefined =>
  reason === "rpc_error" && code !== undefined ? rpcStatusLabel(code) : undefined;

export const toToolCallError = (failure: McpFailure): ToolCallError => {
  const { code, data, message, reason } = failure;
  const errorType = errorTypeOf(failure);
  switch (reason) {
    case "timeout":
      return new ToolCallError({ outcome: "timeout", errorType, message });
    case "input_required":
      return new ToolCallError({ outcome: "tool_error", errorType, message });
    case "rpc_error":
      return new ToolCallError({
        outcome: code === invalidParams ? "invalid_input" : "tool_error",
        errorType,
        message,
        ...boundedData(data),
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
    case "unsupported_version":
      return new ToolCallError({ outcome: "upstream_error", errorType, message });
    case "response_too_large":
      return new ToolCallError({ outcome: "too_large", errorType, message });
  }
};

/** Data of an error, bounded; of data that is too large only the beginning of its JSON, as text. */
export const boundedData = (data: Json | undefined): Pick<ToolCallError, "data" | "truncated"> => {
  if (data === undefined || data === null) return {};
  const bounded = errorData(JSON.stringify(data), data);
  return {
    ...(bounded.data === undefined ? {} : { data: bounded.data }),
    ...(bounded.isCut ? { truncated: ["data"] as const } : {}),
  };
};

export const toLoadError = (failure: McpFailure): SourceLoadError => {
  const { message, reason } = failure;
  switch (reason) {
    case "invalid_settings":
    case "invalid_response":
    case "unsupported_version":
      return new InvalidSourceDocument({ message });
    case "response_too_large":
      return new SourceDocumentTooLarge({ message });
    case "too_many_connections":
    case "connection_error":
    case "timeout":
    case "http_status":
    case "rpc_error":
      return new SourceUnreachable({ message, code: passing(failure, reason) });
    case "input_required":
      return new SourceUnreachable({ message });
  }
};

/** The reason why another try to read a description may work; `undefined` where it would fail too. */
const passing = (
  { code, programEnded }: McpFailure,
  reason: "too_many_connections" | "connection_error" | "timeout" | "http_status" | "rpc_error",
): PassingFailure | undefined => {
  // There is no such program.
  if (programEnded === false) return undefined;
  if (reason === "too_many_connections") return "busy";
  return reason === "http_status" ? passingStatus(code ?? 0) : reason;
};

/** The failure for an error that a peer or a transport of the SDK rejects with. */
export const toMcpFailure = (error: unknown): McpFailure => {
  if (error instanceof McpFailure) return error;
  if (error instanceof SseError) {
    return error.code === undefined
      ? new McpFailure({ reason: "connection_error", message: withoutPrefix(error.message) })
      : new McpFailure({
          reason: "http_status",
          code: error.code,
          message: `The server answered ${error.code} in place of a stream of events. Check the URL and the headers.`,
        });
  }
  if (error instanceof SdkHttpError && error.status >= 300) {
    return new McpFailure({
      reason: "http_status",
      code: error.status,
      message: `${withoutPrefix(error.message)} Check that the URL is the MCP server's own.`,
    });
  }
  return invalidResponse;
};

/** The failure for a JSON-RPC error that answered a request. */
export const refusedRequest = (error: {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}): McpFailure =>
  new McpFailure({
    reason: "rpc_error",
    code: error.code,
    message: shorten(withoutPrefix(error.message), maxMessageChars),
    ...(isJson(error.data) ? { data: error.data } : {}),
  });

const isJson = Schema.is(Json);

/** Characters of a server's message. */
const maxMessageChars = 4_000;

/** Removes the prefixes that SDKs put before messages: their names and codes. */
const withoutPrefix = (message: string): string =>
  message.replace(/^((MCP error -?\d+|Streamable HTTP error|SSE error): )+/, "");

export const invalidResponse = new McpFailure({
  reason: "invalid_response",
  message:
    "The server's answer is not valid in the Model Context Protocol. Check that the URL or command is that of an MCP server.",
});

export const nestedTooDeep = new McpFailure({
  reason: "invalid_response",
  message: `The server's answer cannot be taken: ${tooDeep}. A call may have worked: check before calling again. Correct the server.`,
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

export const tooLarge = (maxBytes: number): McpFailure =>
  new McpFailure({
    reason: "response_too_large",
    message: `The reply is larger than ${Math.floor(maxBytes / 1024 / 1024)} MiB. Ask for less: fewer items or a narrower query.`,
  });

/** Says what broke, and that nobody knows what came of the call. */
export const mayHaveWorked = (what: string): string =>
  `${what}. The call may have worked: check before calling again.`;
