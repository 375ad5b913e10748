import {
  type DeliveredExecution,
  type Execution,
  type ExecutionCaller,
  Executions,
  Limits,
} from "@executor/execution";
import { type Actor, Sources, toolListingTokens } from "@executor/sdk";
import { estimateTokens } from "@executor/telemetry";
import type {
  CallToolRequestParams,
  CallToolResult,
  InputRequiredResult,
  ServerContext,
  Tool,
} from "@modelcontextprotocol/server";
import { Effect, ParseResult, Schema } from "effect";
import { errorCodes, JsonRpcError } from "../json-rpc.ts";
import { elicitFrom, progressListeners } from "./client.ts";
import { ExecuteArguments, executeTool, ResumeArguments, resumeTool } from "./definitions.ts";
import { directTools } from "./direct-tools.ts";
import type { Questions } from "./questions.ts";
import { executionBlocks, executionContent } from "./execution-result.ts";

/** The client that calls a tool. */
export interface Caller {
  /** Owner of the runs that it starts; it can resume no others. */
  readonly owner: Actor;
  /** What the history tells of it. */
  readonly told: ExecutionCaller;
  /** Whether the client can show its person a form. */
  readonly canElicit: boolean;
  /** How it is asked if it has no session. */
  readonly questions: Questions | undefined;
}

export type HostTools = Effect.Effect.Success<typeof hostTools>;

const decodeExecute = Schema.decodeUnknown(ExecuteArguments, { errors: "all" });
const decodeResume = Schema.decodeUnknown(ResumeArguments, { errors: "all" });

type Params = CallToolRequestParams;

/** Lists and calls the two tools that every MCP client sees, and those of a toolkit that lists its own. */
export const hostTools = Effect.gen(function* () {
  const executions = yield* Executions;
  const sources = yield* Sources;
  const limits = yield* Limits;
  const direct = yield* directTools;

  const execute = Effect.fn("McpHost.execute")(function* (
    params: Params,
    context: ServerContext,
    { owner, told, canElicit, questions }: Caller,
  ) {
    const { code } = yield* decodeExecute(params.arguments);
    const attendant = progressListeners(context);
    const answers = questions === undefined ? undefined : yield* questions.answers;
    if (answers !== undefined) {
      return yield* executions.answer({ ...answers, ...attendant, caller: owner });
    }
    const elicit = canElicit && questions === undefined ? elicitFrom(context) : undefined;
    const request = { code, trigger: "mcp" as const, owner, caller: told, elicit };
    return yield* executions.run({ ...request, ...attendant });
  });

  /** A paused execution of a client without a session ends the call with its questions. */
  const ask = (execution: Execution, { canElicit, questions }: Caller) =>
    canElicit && execution.status === "paused" && questions !== undefined
      ? questions.ask(execution)
      : Effect.succeed(undefined);

  const resume = Effect.fn("McpHost.resume")(function* (params: Params, { owner }: Caller) {
    const { executionId, ...answer } = yield* decodeResume(params.arguments);
    return yield* executions.resume({ ...answer, id: executionId, caller: owner });
  });

  const list: Effect.Effect<ReadonlyArray<Tool>> = Effect.zipWith(
    sources.list,
    direct.list,
    (all, listed) => [executeTool(all, limits), resumeTool, ...listed],
  );

  /** Records what the list costs a client's context: output schemas and hints are for programs. */
  const measure: Effect.Effect<void> = Effect.map(list, (tools) => {
    const definitions = tools.map(({ name, description, inputSchema }) =>
      JSON.stringify({ name, description, inputSchema }),
    );
    toolListingTokens.set(estimateTokens(definitions.join(",")), { listing: "code_mode" });
  });

  /** Fails if there is no such tool; every other error is returned as a result. */
  const call = (
    params: Params,
    context: ServerContext,
    caller: Caller,
  ): Effect.Effect<CallToolResult | InputRequiredResult, JsonRpcError> => {
    const executed = (given: Params) =>
      toResult(executeTool([], limits), execute(given, context, caller), (execution) =>
        ask(execution, caller),
      );
    switch (params.name) {
      case "execute":
        return executed(params);
      case "resume":
        return toResult(resumeTool, resume(params, caller));
      default:
        return Effect.flatMap(direct.codeFor(params.name, params.arguments), (code) =>
          code === undefined
            ? unknownTool(params.name)
            : executed({ ...params, arguments: { code } }),
        );
    }
  };

  return { list, measure, call };
});

const unknownTool = (name: string) =>
  Effect.fail(
    new JsonRpcError(
      errorCodes.invalidParams,
      `There is no tool ${name.slice(0, 100)}. There are execute and resume; the connected APIs are called from code that execute runs.`,
    ),
  );

type Failure = { readonly message: string } | ParseResult.ParseError | JsonRpcError;

const toResult = (
  { inputSchema }: Pick<Tool, "inputSchema">,
  run: Effect.Effect<DeliveredExecution, Failure>,
  ask: (execution: Execution) => Effect.Effect<InputRequiredResult | undefined> = () =>
    Effect.succeed(undefined),
): Effect.Effect<CallToolResult | InputRequiredResult, JsonRpcError> =>
  Effect.matchEffect(run, {
    onSuccess: (execution) =>
      Effect.map(ask(execution), (question) => question ?? ended(execution)),
    onFailure: (error) =>
      error instanceof JsonRpcError
        ? Effect.fail(error)
        : Effect.succeed({
            content: [{ type: "text" as const, text: explain(error, inputSchema) }],
            isError: true,
          }),
  });

const ended = (execution: DeliveredExecution): CallToolResult => ({
  content: [...executionBlocks(execution)],
  structuredContent: executionContent(execution),
  isError: execution.status !== "completed" && execution.status !== "paused",
});

/** Invalid arguments are a tool's error and not a protocol error (MCP 2025-11-25, "Error Handling"), because models read those. */
const explain = (
  error: { readonly message: string } | ParseResult.ParseError,
  inputSchema: Tool["inputSchema"],
): string =>
  ParseResult.isParseError(error)
    ? `The arguments are not valid. ${ParseResult.ArrayFormatter.formatErrorSync(error)
        .map(problem)
        .join(" ")} They are: ${JSON.stringify(inputSchema)}`
    : error.message;

const problem = ({ _tag, message, path }: ParseResult.ArrayFormatterIssue): string =>
  `${path.join(".").slice(0, maxShownName)}: ${_tag === "Unexpected" ? "there is no such parameter" : message}.`;

const maxShownName = 100;
