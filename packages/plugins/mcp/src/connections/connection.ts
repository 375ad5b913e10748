import { Elicitor, ProgressListener } from "@executor/sdk";
import type { ElicitationResult, JsonObject } from "@executor/sdk";
import { ResultSchema } from "@modelcontextprotocol/sdk/types.js";
import { Effect, Either, Runtime } from "effect";
import { NoAsker } from "./calls-in-flight.ts";
import type { CallInFlight, Question } from "./calls-in-flight.ts";
import { converse } from "./request-scope.ts";
import type { Conversation, Session } from "./request-scope.ts";
import type { McpFailure } from "../failures/mcp-failure.ts";

export interface ToolInvocation {
  /** The tool's own name. */
  readonly name: string;
  /** Whether the server runs it only as a task (MCP 2025-11-25, "Tasks"). */
  readonly asTask: boolean;
  readonly input: JsonObject;
  /** For people who are asked. */
  readonly address: string;
  /** Milliseconds; they begin anew with progress, and stand still while a person is asked. */
  readonly timeoutMs: number;
  /** The label of the measurement. */
  readonly namespace: string | undefined;
}

/** An initialized session with an MCP server. */
export interface Connection {
  readonly serverName: string;
  readonly offersTools: boolean;
  /** Grows whenever the server tells that its tools changed. */
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
  converse(session, { method: "tools/list", namespace: undefined, timeoutMs }, ({ send }) =>
    send({ method: "tools/list", params: cursor === undefined ? {} : { cursor } }),
  );

let lastProgressToken = 0;

export const callTool = (
  session: Session,
  invocation: ToolInvocation,
): Effect.Effect<JsonObject, McpFailure> =>
  Effect.gen(function* () {
    const people = yield* peopleBehind(invocation);
    const { asTask, input, name, namespace, timeoutMs } = invocation;
    return yield* converse(
      session,
      { method: "tools/call", namespace, timeoutMs },
      async (conversation) => {
        const { deadline, exchange, send, signal } = conversation;
        lastProgressToken += 1;
        const call: CallInFlight = {
          exchange,
          progressToken: lastProgressToken,
          taskId: undefined,
          report: (progress) => {
            deadline.restart();
            people.tell(progress);
          },
          ask: (question, withdrawn) =>
            deadline.without(() => people.ask(question, AbortSignal.any([withdrawn, signal]))),
        };
        const { progressToken } = call;
        const params = { name, arguments: { ...input }, _meta: { progressToken } };
        session.calls.start(call);
        try {
          return await (asTask
            ? runTask(session, conversation, call, params)
            : send({ method: "tools/call", params }));
        } finally {
          session.calls.end(call);
        }
      },
    );
  });

/** Who waits for the call, reachable from the SDK's callbacks. */
const peopleBehind = Effect.fnUntraced(function* ({ address, input }: ToolInvocation) {
  const { elicit } = yield* Elicitor;
  const { report } = yield* ProgressListener;
  const runtime = yield* Effect.runtime();
  return {
    tell: (progress: Parameters<typeof report>[0]): void => {
      Runtime.runFork(runtime)(report(progress));
    },
    ask: async (question: Question, signal: AbortSignal): Promise<ElicitationResult> => {
      const asked = elicit({ kind: "form", address, input, ...question });
      const answer = await Runtime.runPromise(runtime)(Effect.either(asked), { signal });
      return Either.getOrThrowWith(answer, ({ message }) => new NoAsker({ message }));
    },
  };
});

/** Makes the server run the tool as a task, and waits for the result, which a server holds back until the task has ended. */
const runTask = async (
  { client }: Session,
  { send, signal }: Conversation,
  call: CallInFlight,
  params: { readonly name: string; readonly arguments: Record<string, unknown> },
): Promise<JsonObject> => {
  const created = await send({ method: "tools/call", params: { ...params, task: {} } });
  const { task } = created;
  const taskId = typeof task === "object" && task !== null && "taskId" in task ? task.taskId : "";
  if (typeof taskId !== "string" || taskId === "") return created;
  call.taskId = taskId;
  const cancel = (): void => {
    client
      .request({ method: "tasks/cancel", params: { taskId } }, ResultSchema)
      .catch(() => undefined);
  };
  signal.addEventListener("abort", cancel);
  try {
    return await send({ method: "tasks/result", params: { taskId } });
  } finally {
    signal.removeEventListener("abort", cancel);
  }
};
