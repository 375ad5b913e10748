import { Context, Data, Effect, Either, Layer } from "effect";
import { requireApproval } from "../approvals/approval.ts";
import { Elicitor, ProgressListener } from "../approvals/elicitation.ts";
import { makeCache } from "../cache.ts";
import { guarded } from "../credentials/credential-guard.ts";
import { makeRedactor, type Redactor } from "../credentials/redactor.ts";
import { callOrigin, requireAll, resolveSettings } from "../credentials/resolve-settings.ts";
import { SecretStore } from "../credentials/secret-store.ts";
import { toolInputUnchecked } from "../metrics.ts";
import type { IntegerPlaces } from "../model/exact-integers.ts";
import { isJsonObject, type Json, type JsonObject } from "../model/json.ts";
import { type SourcePlugin, SourcePlugins, type ToolResult } from "../model/plugin.ts";
import { ToolCallError, type ToolCallFailureOutcome } from "../model/tool.ts";
import { Policies } from "../policies/policies.ts";
import type { PolicyDecision } from "../policies/policy.ts";
import { type CallTarget, SourceRows } from "../sources/source-rows.ts";
import { type CatalogueTool, ToolCatalogue } from "../tools/tool-catalogue.ts";
import { Tools } from "../tools/tools.ts";
import { measured } from "./call-measurement.ts";

/** Calls tools: the one way for every caller, with the policy, the check of the input and the measurements. */
export class ToolInvoker extends Context.Tag("@executor/sdk/ToolInvoker")<
  ToolInvoker,
  {
    /**
     * Calls the tool at `address`, after a person has agreed if the policy demands it. Counted once in `executor.tool.calls`,
     * however it ends; its duration does not include the time that people took.
     */
    readonly call: (address: string, input: Json) => Effect.Effect<ToolResult, ToolCallError>;
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
interface CheckedCall {
  readonly resolved: ResolvedTool;
  readonly plugin: SourcePlugin;
  readonly input: JsonObject;
  readonly integers: IntegerPlaces | undefined;
  readonly decision: Exclude<PolicyDecision, "block">;
}

/** Sources whose settings stay in memory with their secrets. */
const capacity = 1_000;

const make = Effect.fnUntraced(function* (builtIn: SourcePlugin) {
  const catalogue = yield* ToolCatalogue;
  const sources = yield* SourceRows;
  const policies = yield* Policies;
  const secrets = yield* SecretStore;
  const tools = yield* Tools;
  const plugins = new Map([...(yield* SourcePlugins), [builtIn.kind, builtIn]]);

  const resolve = (address: string): Effect.Effect<ResolvedTool, ToolCallError> =>
    Effect.gen(function* () {
      const found = yield* catalogue.find(address);
      if (found === undefined) return yield* unknownTool(address);
      const source = yield* sources.target(found.tool.namespace);
      return source === undefined ? yield* unknownTool(address) : { ...found, source };
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
        return Effect.map(checkInput(resolved, input), (checked) => ({
          resolved,
          plugin,
          ...checked,
          decision,
        }));
      },
    );

  /** What a source's calls need, kept until a secret changes. */
  const prepare = yield* makeCache({
    capacity,
    version: secrets.version,
    lookup: ({ kind, settings, url }: Pick<CallTarget, "kind" | "settings" | "url">) =>
      resolveSettings(secrets.find, settings, callOrigin(kind, settings, url)).pipe(
        Effect.flatMap(requireAll),
        Effect.map((resolution) => {
          const redactor = makeRedactor(resolution.credentials);
          const guard = guarded(resolution, redactor);
          return {
            settings: resolution.settings,
            shield: (invocation: Effect.Effect<ToolResult, ToolCallError>) =>
              resolution.credentials.length === 0
                ? invocation
                : redactCall(guard(invocation), redactor),
          };
        }),
        Effect.catchTags({
          MissingSecret: ({ message }) => failed("blocked", "missing_secret", message),
          SecretNotForOrigin: ({ message }) => failed("blocked", "secret_not_for_origin", message),
        }),
      ),
  });

  const send = ({ resolved: { binding, source, tool }, plugin, input, integers }: CheckedCall) => {
    const { kind, namespace, url } = source;
    const { address } = tool;
    return Effect.flatMap(
      prepare(Data.struct({ kind, settings: source.settings, url })),
      ({ settings, shield }) =>
        shield(plugin.invoke({ namespace, url, settings, address, binding, input, integers })),
    );
  };

  const call = (address: string, input: Json): Effect.Effect<ToolResult, ToolCallError> =>
    measured((found) =>
      Effect.gen(function* () {
        const resolved = yield* resolve(address);
        found(resolved);
        const checked = yield* checkCall(resolved, input);
        if (checked.decision === "allow") return yield* send(checked);
        yield* requireApproval(resolved.tool, checked.input);
        // While the person thought, an operator may have removed the source or forbidden the call.
        return yield* send(yield* checkCall(yield* resolve(address), checked.input));
      }),
    );

  return { call };
});

/** An input that its schema allows, as far as the schema is understood. The schema is the source's: its check is bounded. */
const checkInput = (
  { tool, checkInput: check }: ResolvedTool,
  input: Json,
): Effect.Effect<Pick<CheckedCall, "input" | "integers">, ToolCallError> => {
  const invalid = (problems: string) =>
    failed(
      "invalid_input",
      "invalid_input",
      `The input of ${tool.address} is not valid. ${problems} Call tools.describe({ path: "${tool.address}" }) for its schema.`,
    );
  if (!isJsonObject(input)) return invalid("input: expected an object.");
  const outcome = check(input, "input");
  const unchecked = (reason: string) =>
    toolInputUnchecked.add(1, { "executor.source": tool.namespace, reason });
  switch (outcome._tag) {
    case "Fits":
      if (outcome.isPartial) unchecked("unsupported_schema");
      return Effect.succeed({ input, integers: outcome.integers });
    case "Misfits":
      return invalid(outcome.problems);
    case "BudgetExceeded":
      unchecked("budget_exceeded");
      return failed(
        "invalid_input",
        "check_budget_exceeded",
        `The input of ${tool.address} could not be checked: it and the tool's schema take more steps than a check may. Pass less data, or ask the operator to have the schema of ${tool.namespace} simplified.`,
      );
  }
};

const failed = (outcome: ToolCallFailureOutcome, errorType: string, message: string) =>
  Effect.fail(new ToolCallError({ outcome, errorType, message }));

/** Keeps credentials out of a call's result, errors, questions and progress. */
const redactCall = (
  call: Effect.Effect<ToolResult, ToolCallError>,
  redactor: Redactor,
): Effect.Effect<ToolResult, ToolCallError> =>
  Effect.zipWith(Elicitor, ProgressListener, (elicitor, listener) =>
    call.pipe(
      Effect.provideService(Elicitor, {
        elicit: (request) =>
          elicitor.elicit({
            ...request,
            message: redactor.text(request.message),
            requestedSchema: redactor.object(request.requestedSchema),
          }),
      }),
      Effect.provideService(ProgressListener, {
        report: (progress) =>
          listener.report(
            progress.message === undefined
              ? progress
              : { ...progress, message: redactor.text(progress.message) },
          ),
      }),
    ),
  ).pipe(
    Effect.flatten,
    Effect.map((result) => ({ ...result, data: redactor.json(result.data) })),
    Effect.mapError(
      (error) =>
        new ToolCallError({
          ...error,
          message: redactor.text(error.message),
          ...(error.data === undefined ? {} : { data: redactor.json(error.data) }),
        }),
    ),
    redactor.defects,
  );
