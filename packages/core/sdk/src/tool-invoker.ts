import { Cause, Context, DateTime, Effect, Either, Exit, Layer, Option } from "effect";
import { builtInPlugin } from "./built-in-plugin.ts";
import { ToolResolver } from "./internal/resolver.ts";
import type { ResolvedTool } from "./internal/resolver.ts";
import { recordSourceFailed, recordSourceWorked } from "./internal/source-gauges.ts";
import type { Json, JsonObject } from "./json.ts";
import { toolCallDuration, toolCallErrors, toolCalls, toolResultSize } from "./metrics.ts";
import { SourcePlugins } from "./plugin.ts";
import type { ToolResult } from "./plugin.ts";
import { defaultPolicy } from "./policy.ts";
import { ToolCallError } from "./tool-call-error.ts";
import { Tools } from "./tools.ts";

/** The label value for what a client named and nothing resolved (OpenTelemetry's HTTP conventions use the same). */
const other = "_OTHER";

/** Calls tools: one way for every caller, with the policy, the check of the input and the measurements. */
export class ToolInvoker extends Context.Tag("@executor/sdk/ToolInvoker")<
  ToolInvoker,
  {
    /** Calls the tool at `address`. Counted once in `executor.tool.calls`, however it ends. */
    readonly call: (address: string, input: Json) => Effect.Effect<ToolResult, ToolCallError>;
  }
>() {
  static readonly layer = Layer.effect(
    ToolInvoker,
    Effect.gen(function* () {
      const resolver = yield* ToolResolver;
      const tools = yield* Tools;
      const builtIn = yield* builtInPlugin;
      const plugins = new Map([...(yield* SourcePlugins), [builtIn.kind, builtIn]]);

      const unknownTool = (address: string) =>
        Effect.flatMap(Effect.either(tools.get(address)), (found) =>
          Effect.fail(
            new ToolCallError({
              outcome: "invalid_input",
              errorType: "unknown_tool",
              message: Either.match(found, {
                onLeft: ({ message }) => message,
                onRight: () => `${address} was added only just now. Call it again.`,
              }),
            }),
          ),
        );

      const invoke = ({ tool, source, binding, checkInput }: ResolvedTool, input: Json) => {
        const plugin = plugins.get(source.kind);
        if (plugin === undefined || !source.enabled) {
          return Effect.fail(
            new ToolCallError({
              outcome: "blocked",
              errorType: "source_disabled",
              message: `The source ${source.namespace} is not enabled here. Ask the operator to enable it.`,
            }),
          );
        }
        if (defaultPolicy(tool.annotations) !== "allow") {
          return Effect.fail(
            new ToolCallError({
              outcome: "blocked",
              errorType: "approval_required",
              message: `${tool.address} changes something and needs a person's approval, and nobody can be asked in this run. Only read-only tools can be called.`,
            }),
          );
        }
        const problem = isObject(input) ? checkInput(input) : "input: expected an object.";
        if (problem !== undefined || !isObject(input)) {
          return Effect.fail(
            new ToolCallError({
              outcome: "invalid_input",
              errorType: "invalid_input",
              message: `The input of ${tool.address} is not valid. ${problem} Call tools.describe({ path: "${tool.address}" }) for its schema.`,
            }),
          );
        }
        return plugin.invoke({ ...source, address: tool.address, binding, input });
      };

      return {
        call: (address, input) =>
          Effect.suspend(() => {
            const started = performance.now();
            return Effect.flatMap(resolver.resolve(address), (resolved) =>
              (resolved === undefined ? unknownTool(address) : invoke(resolved, input)).pipe(
                Effect.onExit((exit) =>
                  Effect.sync(() => record(resolved, (performance.now() - started) / 1000, exit)),
                ),
              ),
            );
          }),
      };
    }),
  );
}

const isObject = (input: Json): input is JsonObject =>
  typeof input === "object" && input !== null && !Array.isArray(input);

const record = (
  resolved: ResolvedTool | undefined,
  seconds: number,
  exit: Exit.Exit<ToolResult, ToolCallError>,
): void => {
  const source = resolved?.source.namespace ?? other;
  const labels = { "mcp.tool.name": resolved?.tool.address ?? other, "executor.source": source };
  const { outcome, errorType } = Exit.isSuccess(exit) ? succeeded : failureOf(exit.cause);
  toolCalls.add(1, { ...labels, outcome });
  toolCallDuration.record(seconds, labels);
  if (errorType !== undefined) {
    toolCallErrors.add(1, { "executor.source": source, "error.type": errorType });
  }
  if (Exit.isSuccess(exit)) toolResultSize.record(exit.value.size, { "executor.source": source });
  if (resolved === undefined) return;
  if (errorType === "connection_error") recordSourceFailed(resolved.source);
  else if (outcome === "ok") recordSourceWorked(resolved.source, DateTime.unsafeNow());
};

const succeeded = { outcome: "ok", errorType: undefined };

/** A call whose run ended before it is a failed call too; a defect is the plugin's own failure. */
const failureOf = (cause: Cause.Cause<ToolCallError>) =>
  Option.getOrElse(Cause.failureOption(cause), () => ({
    outcome: "tool_error",
    errorType: Cause.isInterrupted(cause) ? "cancelled" : "internal_error",
  }));
