import {
  ElicitationUnavailable,
  Elicitor,
  outgoingTrace,
  placesIn,
  ProgressListener,
  SourceInUse,
  withIntegers,
} from "@executor/sdk";
import type { ElicitationResult, IntegerPlaces, JsonObject } from "@executor/sdk";
import { fromEntries, member, text } from "@executor/plugin-kit";
import { Effect, Either, Runtime, type Scope } from "effect";
import type { McpFailure } from "../failures.ts";
import type { CallInFlight, Question } from "./calls-in-flight.ts";
import { inRounds } from "./input-rounds.ts";
import { paramHeaders } from "./param-headers.ts";
import type { RpcRequest } from "./peer.ts";
import { type RequestScope, runOperation, type Session } from "./request-scope.ts";

export interface ToolInvocation {
  /** The tool's name at the server. */
  readonly name: string;
  /** Whether the server runs it only as a task (MCP 2025-11-25, "Tasks"). */
  readonly asTask: boolean;
  readonly input: JsonObject;
  /** JSON Schema of the input. */
  readonly inputSchema: JsonObject;
  /** Places in the input that are sent as integers. */
  readonly integers: IntegerPlaces | undefined;
  /** The tool's address, shown with questions. */
  readonly address: string;
  /** Milliseconds. Progress restarts them; they are paused while a person is asked. */
  readonly timeoutMs: number;
  /** Namespace of the source, for the measurement. */
  readonly namespace: string;
}

/** An initialized session with an MCP server. */
export interface Connection {
  readonly serverName: string;
  /** How the server wants to be used; `undefined` where it does not say. */
  readonly instructions: string | undefined;
  /** What the server offers, by MCP's names of capabilities. */
  readonly capabilities: JsonObject;
  /** Whether the server gets arguments as headers too: over HTTP in MCP 2026-07-28. */
  readonly takesParamHeaders: boolean;
  /** A number that grows with each notification of the server that its tools changed. */
  readonly toolsVersion: () => number;
  /** One request that is no call of a tool, sent once. Nobody is asked anything during it. */
  readonly request: (
    request: RpcRequest,
    timeoutMs: number,
  ) => Effect.Effect<JsonObject, McpFailure>;
  /** Hears of updates of a resource for as long as the scope is open. Never hears anything where the server offers no subscriptions. */
  readonly subscribe: (
    uri: string,
    timeoutMs: number,
  ) => Effect.Effect<void, McpFailure, Scope.Scope>;
  /** Waits until new calls can no longer use the connection. */
  readonly broken: Effect.Effect<void>;
  /** One `tools/call`, sent once. Interrupting it cancels the call at the server. */
  readonly callTool: (invocation: ToolInvocation) => Effect.Effect<JsonObject, McpFailure>;
}

export const sendRequest = (
  session: Session,
  rpc: RpcRequest,
  timeoutMs: number,
): Effect.Effect<JsonObject, McpFailure> =>
  Effect.flatMap(SourceInUse, (namespace) =>
    runOperation(session, { method: rpc.method, namespace, timeoutMs }, (scope) =>
      session.era === "modern" ? inRounds(scope, unasked, rpc) : scope.send(rpc),
    ),
  );

const unasked = {
  ask: () =>
    Promise.reject(
      new ElicitationUnavailable({ message: "Nobody can be asked for other than a tool call." }),
    ),
};

let lastProgressToken = 0;

export const callTool = (
  session: Session,
  invocation: ToolInvocation,
): Effect.Effect<JsonObject, McpFailure> =>
  Effect.gen(function* () {
    const caller = yield* callerOf(invocation);
    const trace = yield* outgoingTrace;
    const { asTask, input, integers, name, namespace, timeoutMs } = invocation;
    const operation = { method: "tools/call", tool: name, namespace, timeoutMs };
    return yield* runOperation(session, operation, async (scope) => {
      const { deadline, request, send, signal } = scope;
      lastProgressToken += 1;
      const progressToken = lastProgressToken;
      const call: CallInFlight = {
        request,
        progressToken,
        taskId: undefined,
        report: (progress) => {
          deadline.restart();
          caller.report(progress);
        },
        ask: (question, withdrawn) =>
          deadline.paused(() => caller.ask(question, AbortSignal.any([withdrawn, signal]))),
      };
      const given = fromEntries(
        Object.entries(input).map(
          ([key, value]) => [key, withIntegers(value, placesIn(integers, key))] as const,
        ),
      );
      // MCP, SEP-414: the message itself says which trace it is part of.
      const params: JsonObject = {
        name,
        arguments: { ...given },
        _meta: { progressToken, ...trace },
      };
      session.calls.start(call);
      try {
        if (session.era === "modern") {
          const headers = paramHeaders(invocation.inputSchema, input);
          return await inRounds(scope, call, { method: "tools/call", params }, headers);
        }
        return await (asTask
          ? runTask(session, scope, call, params)
          : send({ method: "tools/call", params }));
      } finally {
        session.calls.end(call);
      }
    });
  });

/** The caller's services as functions for the SDK's callbacks. */
const callerOf = Effect.fnUntraced(function* ({ address, input }: ToolInvocation) {
  const { elicit } = yield* Elicitor;
  const { report } = yield* ProgressListener;
  const runtime = yield* Effect.runtime();
  return {
    report: (progress: Parameters<typeof report>[0]): void => {
      Runtime.runFork(runtime)(report(progress));
    },
    ask: async (question: Question, signal: AbortSignal): Promise<ElicitationResult> => {
      const asked = elicit({ kind: "form", address, input, ...question });
      const answer = await Runtime.runPromise(runtime)(Effect.either(asked), { signal });
      return Either.getOrThrowWith(answer, (unavailable) => unavailable);
    },
  };
});

/** Milliseconds for the answer to `tasks/cancel`, which nobody waits for. */
const cancellationMs = 60_000;

/** Makes the server run the tool as a task. The server holds the result back until the task has ended. */
const runTask = async (
  { peer }: Session,
  { send, signal }: RequestScope,
  call: CallInFlight,
  params: JsonObject,
): Promise<JsonObject> => {
  const created = await send({ method: "tools/call", params: { ...params, task: {} } });
  const taskId = text(member(member(created, "task"), "taskId"));
  if (taskId === undefined) return created;
  call.taskId = taskId;
  const cancel = (): void => {
    peer
      .request(
        { method: "tasks/cancel", params: { taskId } },
        { signal: AbortSignal.timeout(cancellationMs) },
      )
      .catch(() => undefined);
  };
  signal.addEventListener("abort", cancel);
  try {
    return await send({ method: "tasks/result", params: { taskId } });
  } finally {
    signal.removeEventListener("abort", cancel);
  }
};
