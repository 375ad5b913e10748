import {
  Elicitor,
  outgoingTrace,
  placesIn,
  ProgressListener,
  SourceInUse,
  withIntegers,
} from "@executor/sdk";
import type { ElicitationResult, IntegerPlaces, JsonObject } from "@executor/sdk";
import { fromEntries, member, text } from "@executor/plugin-kit";
import { Effect, Either, Runtime } from "effect";
import type { McpFailure } from "../failures.ts";
import type { CallInFlight, Question } from "./calls-in-flight.ts";
import { inRounds } from "./input-rounds.ts";
import { paramHeaders } from "./param-headers.ts";
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
  readonly offersTools: boolean;
  /** Whether the server gets arguments as headers too: over HTTP in MCP 2026-07-28. */
  readonly takesParamHeaders: boolean;
  /** A number that grows with each notification of the server that its tools changed. */
  readonly toolsVersion: () => number;
  /** One page of `tools/list`. */
  readonly listTools: (
    cursor: string | undefined,
    timeoutMs: number,
  ) => Effect.Effect<JsonObject, McpFailure>;
  /** One `tools/call`, sent once. Interrupting it cancels the call at the server. */
  readonly callTool: (invocation: ToolInvocation) => Effect.Effect<JsonObject, McpFailure>;
}

export const listTools = (
  session: Session,
  cursor: string | undefined,
  timeoutMs: number,
): Effect.Effect<JsonObject, McpFailure> =>
  Effect.flatMap(SourceInUse, (namespace) =>
    runOperation(session, { method: "tools/list", namespace, timeoutMs }, ({ send }) =>
      send({ method: "tools/list", params: cursor === undefined ? {} : { cursor } }),
    ),
  );

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
