import { toolkitOf } from "@executor/sdk";
import { traced } from "@executor/telemetry/tracing";
import { Exit } from "effect";
import type { DeliveredExecution } from "../delivered-execution.ts";
import type { ExecutionStatus } from "../schemas.ts";
import type { LiveRun } from "./live-run.ts";

/** The span of a run, from its start to its end; a run that waits for people outlives the request that asked for it. */
export const inExecutionSpan = ({ id, request, scope }: LiveRun) =>
  traced<DeliveredExecution, never>(() => ({
    name: "execution",
    attributes: () => ({
      "executor.execution.id": id,
      "executor.execution.trigger": request.trigger,
      "executor.toolkit": toolkitOf(scope) ?? undefined,
    }),
    onEnd: (span, exit) => {
      if (Exit.isFailure(exit)) return;
      const { status, toolCalls } = exit.value;
      span.set({ "executor.execution.status": status, "executor.execution.tool_calls": toolCalls });
      if (!worked.has(status)) span.fail(status);
    },
  }));

/** A cancelled run has done what its caller wanted. */
const worked: ReadonlySet<ExecutionStatus> = new Set(["completed", "cancelled"]);
