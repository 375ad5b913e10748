import {
  counter,
  durationSeconds,
  gauge,
  histogram,
  longDurationSeconds,
  memoryBytes,
  sizeBytes,
  tokenCounts,
} from "@executor/telemetry";
import { endStatuses, ExecutionTrigger } from "./schemas.ts";

export const executions = counter({
  name: "executor.executions",
  description: "Executions by how they ended.",
  unit: "{execution}",
  labels: ["status", "trigger", "executor.toolkit"],
  detail: { label: "executor.toolkit", sets: 200 },
  zeros: { status: endStatuses, trigger: ExecutionTrigger.literals, "executor.toolkit": [""] },
});

export const executionDuration = histogram({
  name: "executor.execution.duration",
  description: "Time of executions from start to end, waiting for people left out.",
  unit: "s",
  labels: ["status"],
  boundaries: longDurationSeconds,
});

export const executionsActive = gauge({
  name: "executor.execution.active",
  description:
    "Executions that have begun and not ended; paused are those that only wait for people.",
  unit: "{execution}",
  labels: ["state"],
  zeros: { state: ["running", "paused"] },
});

export const approvals = counter({
  name: "executor.approvals",
  description: "Questions to people by what came of them; those of a run that ended are cancelled.",
  unit: "{approval}",
  labels: ["decision"],
  zeros: { decision: ["approved", "declined", "cancelled", "expired"] },
});

export const approvalWaitDuration = histogram({
  name: "executor.approval.wait.duration",
  description: "Time from a question to a person until its answer, or until it was given up.",
  unit: "s",
  labels: [],
  boundaries: longDurationSeconds,
});

export const approvalOldestAge = gauge({
  name: "executor.approval.oldest_age",
  description: "Age of the question that has waited longest for a person; 0 where none waits.",
  unit: "s",
  labels: [],
});

export const executionQueueDuration = histogram({
  name: "executor.execution.queue.duration",
  description: "Time that executions waited for a free sandbox.",
  unit: "s",
  labels: [],
  boundaries: durationSeconds,
});

export const executionRefusals = counter({
  name: "executor.execution.refusals",
  description: "Executions that were refused before they began, by what there was too little of.",
  unit: "{execution}",
  labels: ["reason"],
  zeros: { reason: ["queue_full", "computing_budget"] },
});

export const executionOutputSize = histogram({
  name: "executor.execution.output.size",
  description: "Size of the results that executions returned, before they were cut.",
  unit: "By",
  labels: ["truncated"],
  boundaries: sizeBytes,
});

export const executionOutputTokens = histogram({
  name: "executor.execution.output.tokens",
  description: "Estimated tokens of the results that executions returned, as they were cut.",
  unit: "{token}",
  labels: [],
  boundaries: tokenCounts,
});

export const toolResultTokens = histogram({
  name: "executor.tool.result.tokens",
  description: "Estimated tokens of what tool calls gave to agent code.",
  unit: "{token}",
  labels: ["executor.source"],
  boundaries: tokenCounts,
});

export const sandboxCpuTime = counter({
  name: "executor.sandbox.cpu.time",
  description: "Time that sandboxes computed.",
  unit: "s",
  labels: ["runtime"],
});

export const sandboxMemoryPeak = histogram({
  name: "executor.sandbox.memory.peak",
  description: "Memory that each sandbox grew to.",
  unit: "By",
  labels: ["runtime"],
  boundaries: memoryBytes,
});

export const sandboxThreadsStuck = gauge({
  name: "executor.sandbox.threads.stuck",
  description:
    "Threads of sandboxes that were told to end and keep a core busy; 0 unless there is a bug.",
  unit: "{thread}",
  labels: ["runtime"],
});

export const sandboxTerminations = counter({
  name: "executor.sandbox.terminations",
  description: "Runs that the sandbox ended, by the limit that they met.",
  unit: "{termination}",
  labels: ["reason"],
  zeros: { reason: ["timeout", "out_of_memory", "computing_budget", "crash"] },
});
