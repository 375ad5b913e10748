import { WallClock } from "@executor/kernel";
import type { ToolCallFailure } from "@executor/kernel";
import { Elicitor, parseJson, ProgressListener, ToolInvoker } from "@executor/sdk";
import { Context, Effect } from "effect";
import { askPeople } from "../approvals/ask-people.ts";
import type { LiveRun } from "./live-run.ts";

/** What agent code calls as `tools.search(...)` and `tools.describe(...)`. */
const shorthands: ReadonlyMap<string, string> = new Map([
  ["search", "executor.tools.search"],
  ["describe", "executor.tools.describe"],
]);

/** How a run's tool calls reach the tools: JSON text in, JSON text out, errors as the agent's code is to see them. */
export const toolBridge = Effect.gen(function* () {
  const { call } = yield* ToolInvoker;
  const ask = yield* askPeople;

  const callTool = (address: string, inputJson: string): Effect.Effect<string, ToolCallFailure> =>
    Effect.suspend(() => call(address, parseJson(inputJson))).pipe(
      Effect.map(({ data }) => JSON.stringify(data)),
      Effect.catchAllDefect((defect) =>
        Effect.zipRight(
          Effect.logError(`The tool call ${address} broke.`, defect),
          Effect.fail({
            message: `The call failed inside the daemon. Its log says why.`,
            outcome: "tool_error",
          }),
        ),
      ),
    );

  return (run: LiveRun) =>
    (path: string, inputJson: string): Effect.Effect<string, ToolCallFailure> =>
      Effect.flatMap(WallClock, (clock) => {
        const address = shorthands.get(path) ?? path;
        const live = run.beginCall();
        const { onToolCall } = run.request;
        const calling = callTool(address, inputJson).pipe(
          (next) => (run.place.isHeld ? next : Effect.zipRight(run.place.takeAgain, next)),
          (next) =>
            onToolCall === undefined || run.isDetached
              ? next
              : Effect.zipRight(onToolCall(address), next),
        );
        return Effect.ensuring(
          Effect.provide(
            calling,
            behindCall(run, address, (request) =>
              // A plugin may ask from a fiber of its own, which knows nothing of this run's clock.
              Effect.provideService(ask(run, live, request), WallClock, clock),
            ),
          ),
          Effect.sync(() => run.endCall(live)),
        );
      });
});

/** The people behind a call: who is asked, and who hears how far it is. */
const behindCall = (
  run: LiveRun,
  address: string,
  elicit: Context.Tag.Service<Elicitor>["elicit"],
) => {
  const people = Context.make(Elicitor, { elicit });
  const { onProgress } = run.request;
  return onProgress === undefined
    ? people
    : Context.add(people, ProgressListener, {
        report: (progress) => (run.isDetached ? Effect.void : onProgress(address, progress)),
      });
};
