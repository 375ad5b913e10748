import { Cause, Context, DateTime, Effect, Either, Exit, Layer, Option } from "effect";
import { ActiveTime } from "./active-time.ts";
import { builtInPlugin } from "../built-in/built-in-plugin.ts";
import { Elicitor } from "../approvals/elicitation.ts";
import { approvalQuestion, nobodyToApprove, notApproved } from "../approvals/approval-question.ts";
import { ToolResolver } from "../tools/resolver.ts";
import type { ResolvedTool } from "../tools/resolver.ts";
import { recordSourceFailed, recordSourceWorked } from "../sources/source-gauges.ts";
import { SourceAccess } from "../sources/source-access.ts";
import type { Json, JsonObject } from "../model/json.ts";
import { toolCallDuration, toolCallErrors, toolCalls, toolResultSize } from "../metrics.ts";
import { SourcePlugins } from "../model/plugin.ts";
import type { SourcePlugin, ToolResult } from "../model/plugin.ts";
import { Policies } from "../policies/policies.ts";
import type { PolicyDecision } from "../policies/policy.ts";
import { ToolCallError } from "../model/tool-call-error.ts";
import type { ToolCallFailureOutcome } from "../model/tool-call-error.ts";
import { Tools } from "../tools/tools.ts";

/** The label value for what a client named and nothing resolved (OpenTelemetry's HTTP conventions use the same). */
const other = "_OTHER";

/** Calls tools: one way for every caller, with the policy, the check of the input and the measurements. */
export class ToolInvoker extends Context.Tag("@executor/sdk/ToolInvoker")<
  ToolInvoker,
  {
    /**
     * Calls the tool at `address`, once a person has agreed where the policy wants that. Counted once in
     * `executor.tool.calls`, however it ends; the time that people took is not in its duration.
     */
    readonly call: (address: string, input: Json) => Effect.Effect<ToolResult, ToolCallError>;
  }
>() {
  static readonly layer = Layer.effect(
    ToolInvoker,
    Effect.suspend(() => make),
  );
}

/** A call that may be made, or may be once a person agrees. */
interface CheckedCall {
  readonly resolved: ResolvedTool;
  readonly plugin: SourcePlugin;
  readonly input: JsonObject;
  readonly decision: Exclude<PolicyDecision, "block">;
}

const make = Effect.gen(function* () {
  const resolver = yield* ToolResolver;
  const policies = yield* Policies;
  const access = yield* SourceAccess;
  const tools = yield* Tools;
  const builtIn = yield* builtInPlugin;
  const plugins = new Map([...(yield* SourcePlugins), [builtIn.kind, builtIn]]);

  const unknownTool = (address: string) =>
    Effect.flatMap(Effect.either(tools.get(address)), (found) =>
      failed(
        "invalid_input",
        "unknown_tool",
        Either.match(found, {
          onLeft: ({ message }) => message,
          onRight: () => `${address} was added only just now. Call it again.`,
        }),
      ),
    );

  const check = (resolved: ResolvedTool, input: Json) =>
    Effect.flatMap(policies.decide(resolved.tool.address, resolved.tool.annotations), (decision) =>
      judge(resolved, input, decision),
    );

  const judge = (
    resolved: ResolvedTool,
    input: Json,
    decision: PolicyDecision,
  ): Effect.Effect<CheckedCall, ToolCallError> => {
    const { tool, source, checkInput } = resolved;
    const plugin = plugins.get(source.kind);
    if (plugin === undefined || !source.enabled) {
      return failed(
        "blocked",
        "source_disabled",
        `The source ${source.namespace} is not enabled here. Ask the operator to enable it.`,
      );
    }
    if (decision === "block") {
      return failed(
        "blocked",
        "blocked_by_policy",
        `A policy blocks ${tool.address}. Do without it, or ask the operator to change the policy.`,
      );
    }
    const problem = isObject(input) ? checkInput(input) : "input: expected an object.";
    if (problem !== undefined || !isObject(input)) {
      return failed(
        "invalid_input",
        "invalid_input",
        `The input of ${tool.address} is not valid. ${problem} Call tools.describe({ path: "${tool.address}" }) for its schema.`,
      );
    }
    return Effect.succeed({ resolved, plugin, input, decision });
  };

  const send = ({ resolved, plugin, input }: CheckedCall) => {
    const { tool, source, binding } = resolved;
    return access.invoke(plugin, { ...source, address: tool.address, binding, input });
  };

  /** While a person thought, an operator may have removed the source, or forbidden the call. */
  const sendApproved = ({ resolved: { tool }, input }: CheckedCall) =>
    resolver.resolve(tool.address).pipe(
      Effect.flatMap((resolved) =>
        resolved === undefined ? unknownTool(tool.address) : check(resolved, input),
      ),
      Effect.flatMap(send),
    );

  const ask = ({ resolved: { tool }, input }: CheckedCall) =>
    Elicitor.pipe(
      Effect.flatMap(({ elicit }) => elicit(approvalQuestion(tool, input))),
      Effect.catchTag("ElicitationUnavailable", ({ message }) => nobodyToApprove(tool, message)),
      Effect.flatMap(({ action }) =>
        action === "accept" ? Effect.void : notApproved(tool, action),
      ),
    );

  const call = (address: string, input: Json): Effect.Effect<ToolResult, ToolCallError> =>
    Effect.suspend(() => {
      const time = new ActiveTime();
      let resolved: ResolvedTool | undefined;
      const ending = Effect.flatMap(resolver.resolve(address), (found) => {
        resolved = found;
        if (found === undefined) return unknownTool(address);
        return Effect.flatMap(check(found, input), (checked) =>
          checked.decision === "allow"
            ? send(checked)
            : Effect.zipRight(ask(checked), sendApproved(checked)),
        );
      });
      return Effect.onExit(withoutWaiting(time, ending), (exit) =>
        Effect.sync(() => record(resolved, time.elapsedMs() / 1000, exit)),
      );
    });

  return { call };
});

const failed = (outcome: ToolCallFailureOutcome, errorType: string, message: string) =>
  Effect.fail(new ToolCallError({ outcome, errorType, message }));

const isObject = (input: Json): input is JsonObject =>
  typeof input === "object" && input !== null && !Array.isArray(input);

/** Keeps the time for which people were asked, by the invoker or by a plugin, out of a call's own. */
const withoutWaiting = <A, E, R>(time: ActiveTime, call: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Elicitor, ({ elicit }) =>
    Effect.provideService(call, Elicitor, {
      elicit: (request) =>
        Effect.acquireUseRelease(
          Effect.sync(() => time.beginWait()),
          () => elicit(request),
          () => Effect.sync(() => time.endWait()),
        ),
    }),
  );

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
