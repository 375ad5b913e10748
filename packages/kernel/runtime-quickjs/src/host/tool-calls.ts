import { type RunRequest, type ToolCallFailure, WallClock } from "@executor/kernel";
import { Cause, Effect, Exit, FiberSet } from "effect";
import type { SandboxAnswer, SandboxCall } from "./index.ts";
import type { RunClock } from "./run-clock.ts";

/** What the fibers of its tool calls need of a run. */
interface CallingRun {
  readonly clock: RunClock | undefined;
  readonly answer: (answer: SandboxAnswer) => void;
}

/**
 * Gives what starts tool calls, each in a fiber that ends with the scope. `run` is asked once there are calls: the run is made
 * with what this gives.
 */
export const callStarter = (callTool: RunRequest["callTool"], run: () => CallingRun | undefined) =>
  FiberSet.makeRuntime<never, void, never>().pipe(
    // Once for all calls: a service given to each of them would cost as much as the rest of starting it.
    Effect.provideService(WallClock, {
      pause: Effect.sync(() => run()?.clock?.pause()),
      resume: Effect.sync(() => run()?.clock?.resume()),
    }),
    Effect.map((fork) => (call: SandboxCall): void => {
      fork(
        Effect.flatMap(Effect.exit(callTool(call.path, call.inputJson)), (exit) => {
          run()?.answer(toAnswer(call, exit));
          return logDefect(call, exit);
        }),
      );
    }),
  );

/** The answer that a call's end means to the sandbox. */
const toAnswer = (call: SandboxCall, exit: Exit.Exit<string, ToolCallFailure>): SandboxAnswer => {
  if (Exit.isSuccess(exit)) return { id: call.id, succeeded: true, json: exit.value };
  const failure = Cause.failureOption(exit.cause);
  const { message, outcome, status, data }: ToolCallFailure =
    failure._tag === "Some"
      ? failure.value
      : {
          message: `The call of tools.${call.path} broke off unexpectedly.`,
          outcome: "tool_error",
        };
  const json = JSON.stringify({ message, outcome, status: status ?? null, data: data ?? null });
  return { id: call.id, succeeded: false, json };
};

const logDefect = (call: SandboxCall, exit: Exit.Exit<string, ToolCallFailure>) =>
  Exit.isFailure(exit) && Cause.isDie(exit.cause)
    ? Effect.logError("A tool call died", exit.cause).pipe(Effect.annotateLogs({ tool: call.path }))
    : Effect.void;
