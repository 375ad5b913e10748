import type { JsonObject } from "@executor/sdk";
import { Effect } from "effect";
import { McpFailure, toMcpFailure, unanswered } from "../failures.ts";
import { measured, type MeasuredOperation } from "../metrics.ts";
import type { PendingRequest } from "../transports/reply-body.ts";
import { currentRecording, describeCall, inRequestSpan, type Recording } from "./call-span.ts";
import type { CallsInFlight } from "./calls-in-flight.ts";
import type { Endpoint } from "../transports/endpoint.ts";
import { Deadline } from "./deadline.ts";
import type { Peer, RpcRequest } from "./peer.ts";

/** The parts of an open connection. */
export interface Session {
  readonly peer: Peer;
  readonly era: "legacy" | "modern";
  readonly calls: CallsInFlight;
  readonly endpoint: Endpoint;
  /** The label `mcp.protocol.version`. */
  readonly version: () => string | undefined;
  /** The failure that ended the session; `undefined` while it lives. */
  readonly ended: () => McpFailure | undefined;
  /** Leaves the connection to the calls that are under way: new ones get another one. */
  readonly retire: () => void;
}

/** The requests of one operation: they share a deadline, a failure and a measurement. */
export interface RequestScope {
  readonly request: PendingRequest;
  readonly deadline: Deadline;
  /** Aborts when the caller no longer waits. */
  readonly signal: AbortSignal;
  /** Sends one request, once, over HTTP with these headers. Gives its result unchanged. */
  readonly send: (
    request: RpcRequest,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<JsonObject>;
}

export interface Operation extends Pick<MeasuredOperation, "method" | "namespace" | "tool"> {
  readonly timeoutMs: number;
}

/**
 * Runs an operation until it ends, its deadline passes, or its transport breaks. Interrupting it sends
 * `notifications/cancelled` for the request under way.
 */
export const runOperation = (
  session: Session,
  operation: Operation,
  run: (scope: RequestScope) => Promise<JsonObject>,
): Effect.Effect<JsonObject, McpFailure> => {
  const running = Effect.flatMap(currentRecording, (recording) =>
    runRecorded(session, operation, recording, run),
  );
  return operation.tool === undefined
    ? inRequestSpan({ ...session, ...operation })(running)
    : running;
};

const runRecorded = (
  session: Session,
  { timeoutMs, ...operation }: Operation,
  recording: Recording | undefined,
  run: (scope: RequestScope) => Promise<JsonObject>,
): Effect.Effect<JsonObject, McpFailure> =>
  Effect.suspend(() => {
    if (recording !== undefined && operation.tool !== undefined) {
      describeCall(recording, session.endpoint, operation.tool);
    }
    const ended = session.ended();
    if (ended !== undefined) return Effect.fail(new McpFailure({ ...ended, unprocessed: true }));
    const controller = new AbortController();
    const { signal } = controller;
    const abandon = (): void => controller.abort("The caller no longer waits.");
    let fail: (failure: McpFailure) => void = () => {};
    const request: PendingRequest = {
      turn: 0,
      resumable: false,
      recording,
      fail: (failure) => fail(failure),
    };
    const deadline = new Deadline(timeoutMs, () => fail(unanswered(timeoutMs)));

    // Without sessions, a reply whose stream broke is lost.
    const onResumable =
      session.era === "modern"
        ? undefined
        : () => {
            request.resumable = true;
          };
    const send: RequestScope["send"] = (message, headers) => {
      request.turn += 1;
      request.resumable = false;
      return session.calls.current
        .run(request, () => session.peer.request(message, { signal, headers, onResumable }))
        .finally(() => {
          request.turn += 1;
        });
    };

    return Effect.async<JsonObject, McpFailure>((resume) => {
      fail = (failure) => {
        resume(Effect.fail(failure));
        abandon();
      };
      run({ request, deadline, signal, send }).then(
        (result) => resume(Effect.succeed(result)),
        (error: unknown) => {
          const failure = session.ended() ?? toMcpFailure(error);
          resume(
            Effect.fail(session.era === "modern" ? withoutVersion(failure, session) : failure),
          );
        },
      );
      return Effect.sync(abandon);
    }).pipe(measured({ ...session, ...operation, elapsedMs: () => deadline.stop() }));
  });

/** MCP 2026-07-28: the server does not speak the version of the request, and did nothing. */
const unsupportedVersion = -32_022;

/** A failure of the modern version. A server that speaks it no longer, after an update, is asked anew what it speaks. */
const withoutVersion = (failure: McpFailure, { retire }: Session): McpFailure => {
  const { code = 0, reason } = failure;
  const isRefused = reason === "rpc_error" && code === unsupportedVersion;
  if (isRefused || (reason === "http_status" && [400, 404, 405].includes(code))) retire();
  return isRefused ? new McpFailure({ ...failure, unprocessed: true }) : failure;
};
