import type { HttpClient, HttpMethod } from "@effect/platform";
import { Effect } from "effect";
import { ToolCallError } from "../model/tool-call-error.ts";
import { exchange } from "./exchange.ts";
import type { UpstreamResponse } from "./exchange.ts";
import type { UpstreamFailure } from "./upstream-failure.ts";
import type { UpstreamHeaders } from "./upstream-headers.ts";

const defaultMaxBytes = 10 * 1024 * 1024;
const encoder = new TextEncoder();

export interface UpstreamCall {
  /** The `executor.source` label; absent before the source has a namespace. */
  readonly namespace: string | undefined;
  readonly method: HttpMethod.HttpMethod;
  readonly url: string;
  /** Names in lower case. Left out after a redirect to another origin, but for `accept` and `user-agent`. */
  readonly headers: UpstreamHeaders;
  readonly body?: string | Uint8Array | undefined;
  /** For the whole exchange: connecting, redirects, and the reply's last byte. */
  readonly timeoutMs: number;
  /** Bytes of the reply after content decoding; 10 MiB where absent. */
  readonly maxBytes?: number | undefined;
}

/**
 * Sends one request on behalf of a tool call and reads its whole reply. A reply of any status is a success here.
 * Fails with the outcome `timeout`, `invalid_input` (a header that cannot be sent), `blocked` (a credential that is for
 * another place) or `upstream_error` with the error types `connection_error` and `response_too_large`. Nothing is retried.
 */
export const callUpstream: (
  call: UpstreamCall,
) => Effect.Effect<UpstreamResponse, ToolCallError, HttpClient.HttpClient> = Effect.fn(
  "callUpstream",
)(function* (call: UpstreamCall) {
  return yield* Effect.mapError(
    exchange({
      ...call,
      body: typeof call.body === "string" ? encoder.encode(call.body) : call.body,
      maxBytes: call.maxBytes ?? defaultMaxBytes,
    }),
    toolCallError,
  );
});

const outcomes = {
  timeout: "timeout",
  invalid_request: "invalid_input",
  forbidden_origin: "blocked",
  connection_error: "upstream_error",
  response_too_large: "upstream_error",
} as const;

const toolCallError = ({ reason, message }: UpstreamFailure): ToolCallError =>
  new ToolCallError({ outcome: outcomes[reason], errorType: reason, message });
