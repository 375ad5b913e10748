import type { RunOutcome, RunOutput } from "@executor/kernel";
import { parseJson } from "@executor/sdk";
import { ExecutionError, ExecutionOutput } from "../execution.ts";
import type { EndStatus, ExecutionTrigger } from "../execution.ts";
import {
  executionDuration,
  executionOutputSize,
  executions,
  sandboxCpuTime,
  sandboxMemoryPeak,
  sandboxTerminations,
} from "../metrics.ts";

/** How a run ended, as an execution tells it. */
export interface Verdict {
  readonly status: EndStatus;
  readonly output: ExecutionOutput | null;
  readonly error: ExecutionError | null;
}

const failure = (status: EndStatus, name: string, message: string): Verdict => ({
  status,
  output: null,
  error: new ExecutionError({ name, message }),
});

export const cancelled: Verdict = failure(
  "cancelled",
  "Cancelled",
  "The execution was cancelled before it ended: its caller went away, or the daemon stopped.",
);

/** The daemon ended without a chance to say so. */
export const lost: Verdict = failure(
  "cancelled",
  "Cancelled",
  "The daemon ended while the execution waited for an answer, and it cannot go on. Run the code again.",
);

/** The runner itself broke, which it promises never to do. */
export const broken: Verdict = failure(
  "failed",
  "SandboxCrash",
  "The sandbox could not run the code. The daemon's log says why.",
);

export const verdict = (
  outcome: RunOutcome,
  limits: { readonly wallTimeMs: number; readonly memoryBytes: number },
): Verdict => {
  switch (outcome._tag) {
    case "Completed":
      return { status: "completed", output: toOutput(outcome.output), error: null };
    case "Failed": {
      const { name, message, stack } = outcome;
      const error = new ExecutionError(
        stack === undefined ? { name, message } : { name, message, stack },
      );
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
    case "Crashed":
      return failure(
        "failed",
        "SandboxCrash",
        `The sandbox broke under this code, and nothing else did: ${outcome.message}`,
      );
  }
};

const toOutput = ({ json, truncated, totalChars }: RunOutput): ExecutionOutput =>
  new ExecutionOutput({ value: truncated ? json : parseJson(json), truncated, totalChars });

/** Records one ended execution. */
export const recordEnd = (end: {
  readonly status: EndStatus;
  readonly trigger: ExecutionTrigger;
  readonly durationMs: number;
}): void => {
  const { status, trigger, durationMs } = end;
  executions.add(1, { status, trigger });
  executionDuration.record(durationMs / 1000, { status });
};

/** Records what a run used. */
export const recordUse = (
  runtime: string,
  use: { readonly cpuTimeSeconds: number; readonly memoryPeakBytes: number },
): void => {
  sandboxCpuTime.add(use.cpuTimeSeconds, { runtime });
  sandboxMemoryPeak.record(use.memoryPeakBytes, { runtime });
};

/** Records what the sandbox itself says about a run's end. */
export const recordOutcome = (outcome: RunOutcome): void => {
  if (outcome._tag === "Completed") {
    const { totalBytes, truncated } = outcome.output;
    executionOutputSize.record(totalBytes, { truncated: String(truncated) });
  }
  const reason = terminationReasons[outcome._tag];
  if (reason !== undefined) sandboxTerminations.add(1, { reason });
};

const terminationReasons: Readonly<Record<RunOutcome["_tag"], string | undefined>> = {
  Completed: undefined,
  Failed: undefined,
  TimedOut: "timeout",
  OutOfMemory: "out_of_memory",
  Crashed: "crash",
};
