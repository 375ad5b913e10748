import type { CodeRunner, RunOutcome, RunOutput, RunUse } from "@executor/kernel";
import { parseJson } from "@executor/sdk";
import { estimateTokens, observeBeforeSnapshot } from "@executor/telemetry";
import { type Context, Effect } from "effect";
import { type EndStatus, type Execution, ExecutionError, ExecutionOutput } from "../schemas.ts";
import {
  executionDuration,
  executionOutputSize,
  executionOutputTokens,
  executions,
  sandboxCpuTime,
  sandboxMemoryPeak,
  sandboxTerminations,
  sandboxThreadsStuck,
} from "../metrics.ts";

/** Final state of a run: the fields of an execution that its end determines. */
export interface TerminalState {
  readonly status: EndStatus;
  readonly output: ExecutionOutput | null;
  readonly error: ExecutionError | null;
}

const failure = (status: EndStatus, name: string, message: string): TerminalState => ({
  status,
  output: null,
  error: new ExecutionError({ name, message }),
});

export const cancelled: TerminalState = failure(
  "cancelled",
  "Cancelled",
  "The execution was cancelled before it ended: its caller disconnected, or the daemon stopped.",
);

/** State of a run that was under way when the process ended without a chance to end it. */
export const interrupted: TerminalState = failure(
  "interrupted",
  "Interrupted",
  "The daemon ended while the execution was under way, so it cannot continue. Its last tool calls may have been made: see what they changed. Run the code again if it still has something to do.",
);

/** State of a run whose runner failed, which its contract rules out. */
export const broken: TerminalState = failure(
  "failed",
  "SandboxCrash",
  "The sandbox could not run the code. The daemon's log has the reason.",
);

/** Turns the sandbox's outcome into the run's final state; the limits are quoted in its message. */
export const terminalState = (
  outcome: RunOutcome,
  limits: { readonly wallTimeMs: number; readonly memoryBytes: number },
): TerminalState => {
  switch (outcome._tag) {
    case "Completed":
      return { status: "completed", output: toOutput(outcome.output), error: null };
    case "Failed": {
      const { name, message, stack } = outcome;
      const error = new ExecutionError({ name, message, ...(stack !== undefined && { stack }) });
      return { status: "failed", output: null, error };
    }
    case "TimedOut":
      return failure(
        "timeout",
        "Timeout",
        outcome.message ??
          `The code did not end within ${limits.wallTimeMs / 1000} s. Do less in one execution, or await every promise that it makes.`,
      );
    case "OutOfMemory":
      return failure(
        "out_of_memory",
        "OutOfMemory",
        `The code used more than ${Math.floor(limits.memoryBytes / (1024 * 1024))} MiB of memory. Keep less of what tools return.`,
      );
    case "BudgetSpent":
      return failure(
        "timeout",
        "ComputingBudgetSpent",
        "The computing of this hour was used up while the code ran. Compute less, or run it again later.",
      );
    case "Crashed":
      return failure(
        "failed",
        "SandboxCrash",
        `The sandbox failed under this code, and nothing else did: ${outcome.message}`,
      );
  }
};

const toOutput = ({ json, truncated, ...rest }: RunOutput): ExecutionOutput =>
  new ExecutionOutput({
    value: truncated ? json : parseJson(json),
    truncated,
    totalChars: rest.totalChars,
    isNothing: rest.isNothing,
  });

/** Records one ended execution. */
export const recordEnd = ({ status, trigger, toolkit, durationMs }: Execution): void => {
  executions.add(1, { status, trigger, "executor.toolkit": toolkit ?? undefined });
  executionDuration.record(durationMs / 1000, { status });
};

/** Counts an execution that an earlier process left under way. When it ended is not known, so it has no duration. */
export const recordInterrupted = ({ trigger, toolkit }: Execution): void => {
  const { status } = interrupted;
  executions.add(1, { status, trigger, "executor.toolkit": toolkit ?? undefined });
};

/** Records the resources that a run used. */
export const recordUse = (runtime: string, use: RunUse): void => {
  sandboxCpuTime.add(use.cpuTimeSeconds, { runtime });
  sandboxMemoryPeak.record(use.memoryPeakBytes, { runtime });
};

/** Reports the threads that do not end, where there are threads, before each reading. */
export const measureThreads = ({ runtime, stuckThreads }: Context.Tag.Service<CodeRunner>) =>
  Effect.acquireRelease(
    Effect.sync(() =>
      observeBeforeSnapshot(() => {
        if (stuckThreads !== undefined) sandboxThreadsStuck.set(stuckThreads(), { runtime });
      }),
    ),
    (stop) => Effect.sync(stop),
  );

/** Records the output size of a completed run, or the limit that ended it. */
export const recordOutcome = (outcome: RunOutcome): void => {
  if (outcome._tag === "Completed") {
    const { json, totalBytes, truncated } = outcome.output;
    executionOutputSize.record(totalBytes, { truncated: String(truncated) });
    executionOutputTokens.record(estimateTokens(json), {});
  }
  const reason = terminationReasons[outcome._tag];
  if (reason !== undefined) sandboxTerminations.add(1, { reason });
};

const terminationReasons: Readonly<Partial<Record<RunOutcome["_tag"], string>>> = {
  TimedOut: "timeout",
  OutOfMemory: "out_of_memory",
  BudgetSpent: "computing_budget",
  Crashed: "crash",
};
