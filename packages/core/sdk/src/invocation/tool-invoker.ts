import { Context, Data, Effect, Either, identity, Layer } from "effect";
import { requireApproval } from "../approvals/approval.ts";
import { Elicitor } from "../approvals/elicitation.ts";
import type { Json } from "../model/json.ts";
import {
  type SourcePlugin,
  SourcePlugins,
  type ToolCallOptions,
  type ToolResult,
} from "../model/plugin.ts";
import { ToolCallError, type ToolCallFailureOutcome } from "../model/tool.ts";
import { tellingTrace } from "../model/trace-context.ts";
import { Policies } from "../policies/policies.ts";
import type { PolicyDecision } from "../model/policy.ts";
import { type CallTarget, SourceRows } from "../sources/source-rows.ts";
import { Sources } from "../sources/sources.ts";
import { type CatalogueTool, ToolCatalogue } from "../tools/tool-catalogue.ts";
import { Tools } from "../tools/tools.ts";
import { inScope, ToolScope } from "../toolkits/tool-scope.ts";
import { type ActiveTime, measured, waiting } from "./call-measurement.ts";
import { notingArguments } from "./call-arguments.ts";
import { makeCallSettings } from "./call-settings.ts";
import { redactCall } from "./redact-call.ts";
import { notingCondition } from "./source-condition.ts";
import { type CheckedInput, checkInput } from "./input-check.ts";

/** Calls tools: the one way for every caller, with the policy, the check of the input and the measurements. */
export class ToolInvoker extends Context.Tag("@executor/sdk/ToolInvoker")<
  ToolInvoker,
  {
    /**
     * Calls the tool at `address`, after a person has agreed if the policy demands it. Counted once in `executor.tool.calls`,
     * however it ends; its duration does not include the time that people took.
     */
    readonly call: (
      address: string,
      input: Json,
      options?: ToolCallOptions,
    ) => Effect.Effect<ToolResult, ToolCallError>;
  }
>() {
  /** Calls tools of the app's plugins and those of the built-in one. */
  static readonly layer = <E, R>(builtIn: Effect.Effect<SourcePlugin, E, R>) =>
    Layer.effect(ToolInvoker, Effect.flatMap(builtIn, make));
}

interface ResolvedTool extends CatalogueTool {
  readonly source: CallTarget;
}

/** A call that the policy and the input allow, perhaps only with a person's approval. */
interface CheckedCall extends CheckedInput {
  readonly resolved: ResolvedTool;
  readonly plugin: SourcePlugin;
  readonly decision: Exclude<PolicyDecision, "block">;
}

const make = Effect.fnUntraced(function* (builtIn: SourcePlugin) {
  const catalogue = yield* ToolCatalogue;
  const sources = yield* SourceRows;
  const policies = yield* Policies;
  const tools = yield* Tools;
  const { rereading } = yield* Sources;
  const plugins = new Map([...(yield* SourcePlugins), [builtIn.kind, builtIn]]);

  const resolve = (address: string): Effect.Effect<ResolvedTool, ToolCallError> =>
    Effect.gen(function* () {
      yield* requireToolkit;
      const found = (yield* catalogue.find(address)) ?? (yield* findAfterReading(address));
      if (found === undefined) return yield* unknownTool(address);
      const source = yield* sources.target(found.tool.namespace);
      return source === undefined ? yield* unknownTool(address) : { ...found, source };
    });

  /** Finds a tool of a source that was never read, by reading it now. */
  const findAfterReading = Effect.fnUntraced(function* (address: string) {
    if (!inScope(yield* ToolScope, address)) return undefined;
    const namespace = address.slice(0, Math.max(0, address.indexOf(".")));
    // What is stored is the whole source, also where a toolkit's call wants it.
    const state = yield* Effect.provideService(rereading.forCall(namespace), ToolScope, {
      _tag: "Everything",
    });
    if (state === undefined) return undefined;
    if (state === null) return yield* catalogue.find(address);
    return yield* failed(
      "upstream_error",
      "source_not_ready",
      `The tools of ${namespace} are not known yet (${state.status}). ${state.reason}`,
    );
  });

  const unknownTool = (address: string) =>
    Effect.flatMap(Effect.either(tools.get(address)), (found) =>
      failed(
        "invalid_input",
        "unknown_tool",
        Either.match(found, {
          onLeft: ({ message }) => message,
          onRight: () => `${address} was added a moment ago. Call it again.`,
        }),
      ),
    );

  const checkCall = (
    resolved: ResolvedTool,
    input: Json,
  ): Effect.Effect<CheckedCall, ToolCallError> =>
    Effect.flatMap(
      policies.decide(resolved.tool.address, resolved.tool.annotations),
      (decision) => {
        const { tool, source } = resolved;
        const plugin = plugins.get(source.kind);
        if (!source.enabled) {
          return failed(
            "blocked",
            "source_disabled",
            `The operator has disabled the source ${source.namespace}. Do without it, or ask the operator to enable it.`,
          );
        }
        if (plugin === undefined) {
          return failed(
            "blocked",
            "source_disabled",
            `The source ${source.namespace} is not enabled here. Ask the operator to enable it.`,
          );
        }
        if (resolved.isPending) {
          return failed(
            "blocked",
            "pending_review",
            `${tool.address} is new and waits for the operator's review: executor sources review ${source.namespace}.`,
          );
        }
        if (decision === "block") {
          return failed(
            "blocked",
            "blocked_by_policy",
            `A policy blocks ${tool.address}. Do without it, or ask the operator to change the policy.`,
          );
        }
        return Effect.map(checkInput(resolved, source.settings, plugin, input), (checked) => ({
          ...checked,
          resolved,
          plugin,
          decision,
        }));
      },
    );

  const prepare = yield* makeCallSettings;

  const send = (
    checked: CheckedCall,
    { response = false }: ToolCallOptions,
    time: ActiveTime,
  ): Effect.Effect<ToolResult, ToolCallError> => {
    const { advice, input, integers, plugin, resolved } = checked;
    const { binding, source, tool } = resolved;
    const { kind, namespace, url } = source;
    const { address, inputSchema } = tool;
    const about = { namespace, url, address, binding, inputSchema, wantsResponse: response };
    const sending = Effect.flatMap(
      prepare(Data.struct({ kind, settings: source.settings, url })),
      ({ redactor, settings, shield }) =>
        shield(plugin.invoke({ ...about, settings, input, integers }), redactCall).pipe(
          notingCondition(sources, source),
          tellingTrace(source.settings),
          notingArguments(input, redactor),
          plugin.asks === true ? leavingOutAnswers(time) : identity,
        ),
    );
    return advice === undefined ? sending : Effect.mapError(sending, advise(advice));
  };

  const call = (
    address: string,
    input: Json,
    options: ToolCallOptions = {},
  ): Effect.Effect<ToolResult, ToolCallError> =>
    measured((measurement) =>
      Effect.gen(function* () {
        const { time } = measurement;
        const resolved = yield* resolve(address);
        measurement.called = resolved;
        const checked = yield* checkCall(resolved, input);
        if (checked.decision === "allow") return yield* send(checked, options, time);
        yield* waiting(time, requireApproval(resolved.tool, checked.input));
        // While the person thought, an operator may have removed the source or forbidden the call.
        const again = yield* checkCall(yield* resolve(address), checked.input);
        return yield* send(again, options, time);
      }),
    );

  return { call };
});

/** Fails where the scope's toolkit was removed. */
const requireToolkit = Effect.flatMap(ToolScope, (scope) =>
  scope._tag === "Everything" || scope.current() !== undefined
    ? Effect.void
    : failed(
        "blocked",
        "toolkit_removed",
        `The toolkit ${scope.name} was removed, and its tools with it. Ask the operator for another.`,
      ),
);

/** Tells what differed from the schema where the upstream refuses the call for what the caller sent. */
const advise =
  (advice: string) =>
  (error: ToolCallError): ToolCallError =>
    error.status !== undefined && error.status >= 400 && error.status < 500
      ? new ToolCallError({ ...error, message: `${error.message} ${advice}` })
      : error;

const failed = (outcome: ToolCallFailureOutcome, errorType: string, message: string) =>
  Effect.fail(new ToolCallError({ outcome, errorType, message }));

/** Leaves the time that people take to answer a plugin's questions out of `time`. Only for plugins that ask: it costs every call. */
const leavingOutAnswers =
  (time: ActiveTime) =>
  <A, E>(call: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.flatMap(Elicitor, ({ elicit }) =>
      Effect.provideService(call, Elicitor, {
        elicit: (request) => waiting(time, elicit(request)),
      }),
    );
