import { CodeRunner, type RunOutcome, type RunRequest } from "@executor/kernel";
import { type Ended, type HostileProgram, isRight, probe } from "@executor/testing/hostile";
import { Effect } from "effect";

const memoryBytes = 32 * 1024 * 1024;
const maxOutputChars = 30_000;

/** One tool that answers, as one of the daemon's own does; every other name is refused. */
const callTool: RunRequest["callTool"] = (path) =>
  Effect.delay(
    path === "executor.sources.list"
      ? Effect.succeed('[{"namespace":"executor"}]')
      : Effect.fail({ message: "There is no such tool.", outcome: "invalid_input" }),
    0,
  );

const run = (code: string, wallTimeMs: number) =>
  Effect.flatMap(CodeRunner, (runner) =>
    runner.run({
      code,
      callTool,
      limits: {
        wallTimeMs,
        memoryBytes,
        maxOutputChars,
        maxToolInputChars: 1024 * 1024,
        maxBlockBytes: 1_000_000,
        maxContentBytes: 2_000_000,
        maxToolCallsInFlight: 64,
      },
    }),
  );

const statuses = {
  Completed: "completed",
  Failed: "failed",
  TimedOut: "timeout",
  OutOfMemory: "out_of_memory",
  BudgetSpent: "budget_spent",
  Crashed: "crash",
} as const;

const endOf = (outcome: RunOutcome): Ended => {
  const status = statuses[outcome._tag];
  if (outcome._tag === "Failed") return { ...outcome, status };
  if (outcome._tag !== "Completed") return { status };
  const { json, truncated } = outcome.output;
  return { status, value: truncated ? json : JSON.parse(json) };
};

/** What the probe sees where nothing has run before. */
export const fingerprint = Effect.map(run(probe, 30_000), ({ console, outcome }) =>
  JSON.stringify({ console, ...endOf(outcome) }),
);

/** What was wrong with the end of a program, one sentence each, and with what it left to the next run. */
export const wrongsOf = Effect.fn("wrongsOf")(function* (program: HostileProgram, clean: string) {
  const { console, memoryPeakBytes, outcome } = yield* run(program.code, program.wallTimeMs);
  const wrongs: Array<string> = [];
  const ended = endOf(outcome);
  if (!isRight(program, ended)) wrongs.push(`ended ${JSON.stringify(ended).slice(0, 500)}`);
  if (memoryPeakBytes > memoryBytes) wrongs.push(`took ${memoryPeakBytes} bytes`);
  const chars = console.reduce((sum, { text }) => sum + text.length, 0);
  if (chars > maxOutputChars) wrongs.push(`printed ${chars} characters`);
  const after = yield* fingerprint;
  if (after !== clean) wrongs.push(`left ${after.slice(0, 500)}`);
  return wrongs.map((wrong) => `${program.family}: ${program.name}: ${wrong}`);
});
