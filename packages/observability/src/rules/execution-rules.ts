import { oneOf } from "../promql.ts";
import { type Alerts, hour, minute, type RuleContext } from "./alert.ts";
import { daemon, target, testCases, testHistogram, testSeries } from "./test-cases.ts";

const executions = "executor.executions";
const terminations = "executor.sandbox.terminations";
const queue = "executor.execution.queue.duration";
const oldest = "executor.approval.oldest_age";
const approvals = "executor.approvals";

export const executionAlerts = (rules: RuleContext): Alerts => {
  const { promql, thresholds } = rules;
  const ended = (...statuses: ReadonlyArray<string>) =>
    rules.increase(executions, ["job"], hour, { status: oneOf(...statuses) });
  const all = ended("completed", "failed", "timeout", "out_of_memory");
  const decided = (where = {}) => rules.increase(approvals, ["job"], hour, where);
  return {
    ExecutorExecutionsTerminated: {
      severity: "warning",
      expression: rules.ratio(ended("timeout", "out_of_memory"), all, thresholds.terminatedRatio),
      forSeconds: 5 * minute,
      summary: "Many executions run out of time or of memory.",
      description: `In the last ${rules.window(hour)}, {{ $value | humanizePercentage }} of them did.`,
      runbook:
        "The history (GET /api/executions) has their code. Where a tool is slow, the tools' times on the dashboard show it; where code handles too much data, tell the agent to filter earlier. A person's thinking does not count as an execution's time.",
      tests: testCases(
        (values, status) => testSeries(executions, { status, trigger: "mcp" }, values),
        daemon,
        {
          "half of them run out of time": [
            "90m",
            { completed: "0+1x120", timeout: "0+1x120" },
            "50%",
          ],
        },
        {
          "most complete or fail by themselves": [
            "90m",
            { completed: "0+9x120", failed: "0+9x120", timeout: "0+1x120" },
          ],
          "there are few, and all run out of memory": [
            "30m",
            { completed: "0+0x120", out_of_memory: "0+0x10 1 2 3 3+0x100" },
          ],
        },
      ),
    },
    ExecutorSandboxCrash: {
      severity: "warning",
      expression: `${rules.grown(terminations, ["job"], 15 * minute, { reason: "crash" })} > 0`,
      summary: "The sandbox itself crashed.",
      description: `It did so {{ $value | printf "%.0f" }} times in the last ${rules.window(15 * minute)}.`,
      runbook:
        "Agent code cannot bring the daemon down, but it ended a sandbox in a way that none of its limits foresees. The daemon's log has the reason; report it with the execution's code.",
      tests: testCases(
        (values) => testSeries(terminations, { reason: "crash" }, values),
        daemon,
        {
          "it crashed for the first time since the start": ["25m", "_x20 1+0x20", "1"],
          "it crashed again": ["25m", "1+0x20 2+0x20", "1"],
        },
        { "its last crash is long ago": ["30m", "1+0x60"] },
      ),
    },
    ExecutorExecutionsQueueing: {
      severity: "warning",
      expression: rules.slow(0.95, queue, ["job"], 10 * minute, thresholds.queueP95Seconds),
      forSeconds: 5 * minute,
      summary: "Executions wait for a free sandbox.",
      description: "One of twenty waits for {{ $value | humanizeDuration }} or longer.",
      runbook:
        "As many run as may run at once. Look at what takes long on the dashboards; paused executions hold no place. Fewer executions at once from the agents, or faster tools, help.",
      tests: testCases(
        (values, bound) => testHistogram(queue, {}, Number(bound), values),
        daemon,
        {
          "most wait for seconds": ["30m", { 5: "0+5x60" }, { classic: "4.8s", native: "7.727s" }],
        },
        {
          "none waits": ["30m", { 0.01: "0+5x60" }],
          "few wait": ["30m", { 5: "0+1x60" }],
        },
      ),
    },
    ExecutorApprovalWaiting: {
      severity: "warning",
      expression: `${promql.series(oldest)} > ${rules.age(thresholds.approvalAgeSeconds)}`,
      summary: "A question has waited long for a person.",
      description: "It has been open for {{ $value | humanizeDuration }}.",
      runbook:
        "Run `executor executions` for the paused execution and answer with `executor resume`. Unanswered, it expires and its execution fails. Where a tool needs no approval, allow it with a policy.",
      tests: testCases(
        (values) => testSeries(oldest, {}, values),
        target,
        { "a question has been open for ten minutes": ["10m", "0+60x10", "10m 0s"] },
        {
          "none is open": ["10m", "0+0x10"],
          "each is answered within minutes": ["10m", "0 60 120 180 0 60 120 180 0 60 120"],
        },
      ),
    },
    ExecutorApprovalsExpire: {
      severity: "info",
      expression: rules.ratio(
        decided({ decision: "expired" }),
        decided(),
        thresholds.expiredApprovalsRatio,
        thresholds.minimumApprovals,
      ),
      summary: "Most questions to people expire without an answer.",
      description: `In the last ${rules.window(hour)}, {{ $value | humanizePercentage }} of them did.`,
      runbook:
        "Nobody sees the questions, or nobody is there. Use a client that asks its user inline, answer with `executor resume`, or change the policies of tools that ask too often.",
      tests: testCases(
        (values, decision) => testSeries(approvals, { decision }, values),
        daemon,
        { "nine of ten expire": ["70m", { approved: "0+1x120", expired: "0+9x120" }, "90%"] },
        {
          "one of ten expires": ["70m", { approved: "0+9x120", expired: "0+1x120" }],
          "there are few questions, and all expire": [
            "20m",
            { approved: "0+0x120", expired: "0+0x10 1 2+0x110" },
          ],
        },
      ),
    },
  };
};
