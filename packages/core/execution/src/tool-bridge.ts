import { type ToolAnswer, type ToolCallFailure, WallClock } from "@executor/kernel";
import { Elicitor, parseJson, ProgressListener, ToolInvoker, ToolScope } from "@executor/sdk";
import { estimateTokens } from "@executor/telemetry";
import { Context, Effect, Option, Schema } from "effect";
import { withoutBytes } from "./content/told-content.ts";
import { askPeople } from "./approvals/ask-people.ts";
import { toolResultTokens } from "./metrics.ts";
import type { LiveRun } from "./run/live-run.ts";

/** Names of built-in tools in agent code: `tools.search(...)` and `tools.describe(...)`. */
const shorthands: ReadonlyMap<string, string> = new Map([
  ["search", "executor.tools.search"],
  ["describe", "executor.tools.describe"],
]);

/** Second argument of a call in agent code. */
const CallOptions = Schema.NullOr(
  Schema.Struct({ response: Schema.optional(Schema.Boolean) }).annotations({
    parseOptions: { onExcessProperty: "error" },
  }),
);
type CallOptions = Exclude<typeof CallOptions.Type, null>;

const decodeOptions = Schema.decodeUnknownOption(Schema.parseJson(CallOptions));

const callOptions = (
  path: string,
  optionsJson: string,
): Effect.Effect<CallOptions, ToolCallFailure> =>
  Option.match(decodeOptions(optionsJson), {
    onNone: () =>
      Effect.fail({
        message: `The second argument of tools.${path} is not valid: ${optionsJson}. Its only option is { response: true }.`,
        outcome: "invalid_input",
      }),
    onSome: (options) => Effect.succeed(options ?? {}),
  });

/** Passes a run's tool calls to the tools: JSON text in, JSON text out, errors as the agent's code sees them. */
export const toolBridge = Effect.gen(function* () {
  const { call } = yield* ToolInvoker;
  const ask = yield* askPeople;

  const callTool = (
    address: string,
    inputJson: string,
    options: CallOptions,
  ): Effect.Effect<string | ToolAnswer, ToolCallFailure> =>
    Effect.suspend(() => call(address, parseJson(inputJson), options)).pipe(
      Effect.map(({ content, data, response }) => {
        const answer = options.response === true ? { data, content, ...response } : data;
        const json = JSON.stringify(answer);
        const told = withoutBytes(data);
        recordTokens(address, told === data ? json : JSON.stringify(told));
        return content === undefined || options.response === true
          ? json
          : { json, contentJson: JSON.stringify(content) };
      }),
      Effect.catchAllDefect((defect) =>
        Effect.zipRight(
          Effect.logError(`The tool call ${address} failed unexpectedly.`, defect),
          Effect.fail({
            message: `The call failed inside the daemon. The daemon's log has the reason.`,
            outcome: "tool_error",
          }),
        ),
      ),
    );

  return (run: LiveRun) =>
    (
      path: string,
      inputJson: string,
      optionsJson: string,
    ): Effect.Effect<string | ToolAnswer, ToolCallFailure> =>
      Effect.flatMap(WallClock, (clock) => {
        const address = shorthands.get(path) ?? path;
        const live = run.beginCall();
        const onToolCall = run.attendant?.onToolCall;
        const calling = Effect.flatMap(callOptions(path, optionsJson), (options) =>
          callTool(address, inputJson, options),
        ).pipe(
          (next) => (run.slot.isHeld ? next : Effect.zipRight(run.slot.reacquire, next)),
          (next) => (onToolCall === undefined ? next : Effect.zipRight(onToolCall(address), next)),
        );
        return Effect.ensuring(
          Effect.provide(
            calling,
            servicesOf(run, address, (request) =>
              // A plugin may ask from a separate fiber, which does not have this run's clock.
              Effect.provideService(ask(run, live, request), WallClock, clock),
            ),
          ),
          Effect.sync(() => run.endCall(live)),
        );
      });
});

/** Records what a result would cost a context that it went into whole; code mode keeps it in the sandbox. */
const recordTokens = (address: string, json: string): void => {
  const source = address.slice(0, address.indexOf("."));
  toolResultTokens.record(estimateTokens(json), { "executor.source": source });
};

/** Services of a call: what exists for it, and what reaches people. One asks them, the other reports progress to them. */
const servicesOf = (run: LiveRun, address: string, elicit: Elicitor["Type"]["elicit"]) =>
  Context.make(Elicitor, { elicit }).pipe(
    Context.add(ToolScope, run.scope),
    Context.add(ProgressListener, {
      report: (progress) => run.attendant?.onProgress?.(address, progress) ?? Effect.void,
    }),
  );
