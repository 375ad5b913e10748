import { Executions, Limits } from "@executor/execution";
import type { Execution } from "@executor/execution";
import { Sources } from "@executor/sdk";
import type { Actor } from "@executor/sdk";
import type { CallToolRequest, CallToolResult, Tool } from "@modelcontextprotocol/sdk/types.js";
import { Effect, ParseResult, Schema } from "effect";
import { elicitFrom } from "./client.ts";
import type { Exchange } from "./exchange.ts";
import { executionContent } from "./execution-content.ts";
import { executionText } from "./execution-result.ts";
import { errorCodes, JsonRpcError } from "../json-rpc.ts";
import { progressListeners } from "./progress.ts";
import { ExecuteArguments, executeTool } from "./definitions.ts";
import { ResumeArguments, resumeTool } from "./resume-tool.ts";

/** Who calls, as far as the tools need to know. */
export interface Caller {
  /** Owns the runs that it starts, and may resume no others. */
  readonly owner: Actor;
  /** Whether the client can ask its person by a form. */
  readonly canElicit: boolean;
}

export interface HostTools {
  readonly list: Effect.Effect<ReadonlyArray<Tool>>;
  /** Fails where there is no such tool; everything else that goes wrong is a result that says so. */
  readonly call: (
    params: CallToolRequest["params"],
    exchange: Exchange,
    caller: Caller,
  ) => Effect.Effect<CallToolResult, JsonRpcError>;
}

const decodeExecute = Schema.decodeUnknown(ExecuteArguments, { errors: "all" });
const decodeResume = Schema.decodeUnknown(ResumeArguments, { errors: "all" });

/** The two tools that every MCP client sees. */
export const hostTools: Effect.Effect<HostTools, never, Executions | Sources> = Effect.gen(
  function* () {
    const executions = yield* Executions;
    const sources = yield* Sources;
    const limits = yield* Limits;

    const execute = Effect.fn("McpHost.execute")(function* (
      params: CallToolRequest["params"],
      exchange: Exchange,
      { owner, canElicit }: Caller,
    ) {
      const { code } = yield* decodeExecute(params.arguments);
      return yield* executions.run({
        code,
        trigger: "mcp",
        owner,
        elicit: canElicit ? elicitFrom(exchange) : undefined,
        ...progressListeners(exchange),
      });
    });

    const resume = Effect.fn("McpHost.resume")(function* (
      params: CallToolRequest["params"],
      { owner }: Caller,
    ) {
      const { executionId, ...answer } = yield* decodeResume(params.arguments);
      return yield* executions.resume({ ...answer, id: executionId, caller: owner });
    });

    return {
      list: Effect.map(sources.list, (all) => [executeTool(all, limits), resumeTool]),
      call: (params, exchange, caller) => {
        switch (params.name) {
          case "execute":
            return answered(execute(params, exchange, caller));
          case "resume":
            return answered(resume(params, caller));
          default:
            return Effect.fail(
              new JsonRpcError(
                errorCodes.invalidParams,
                `There is no tool ${params.name.slice(0, 100)}. There are execute and resume; the connected APIs are called from code that execute runs.`,
              ),
            );
        }
      },
    };
  },
);

const answered = (
  run: Effect.Effect<Execution, { readonly message: string } | ParseResult.ParseError>,
): Effect.Effect<CallToolResult> =>
  Effect.match(run, {
    onSuccess: (execution) => ({
      content: [{ type: "text", text: executionText(execution) }],
      structuredContent: executionContent(execution),
      isError: execution.status !== "completed" && execution.status !== "paused",
    }),
    onFailure: (error) => ({
      content: [{ type: "text", text: explain(error) }],
      isError: true,
    }),
  });

/** Wrong arguments are told as a tool's error and not as the protocol's (MCP 2025-11-25, "Error Handling"): models read those. */
const explain = (error: { readonly message: string } | ParseResult.ParseError): string =>
  ParseResult.isParseError(error)
    ? `The arguments are not valid. ${ParseResult.ArrayFormatter.formatErrorSync(error)
        .map(({ path, message }) => `${path.join(".")}: ${message}.`)
        .join(" ")}`
    : error.message;
