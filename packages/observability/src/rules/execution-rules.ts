import { oneOf } from "../promql.ts";
import { hour, minute } from "./alert.ts";
import type { Alerts, RuleContext } from "./alert.ts";
import { fires, silent, testHistogram, testSeries } from "./test-cases.ts";
import type { TestSeries } from "./test-cases.ts";

const executions = "executor.executions";
const terminations = "executor.sandbox.terminations";
const queue = "executor.execution.queue.duration";
const oldest = "executor.approval.oldest_age";
const approvals = "executor.approvals";

const daemon = { job: "executor" };

const execution = (status: string, values: string): TestSeries =>
  testSeries(executions, { status, trigger: "mcp" }, values);
const crashes = (values: string): TestSeries =>
  testSeries(terminations, { reason: "crash" }, values);
const approval = (decision: string, values: string): TestSeries =>
  testSeries(approvals, { decision }, values);

export const executionAlerts = (rules: RuleContext): Alerts => {
  const { promql, thresholds } = rules;
  const { minimumTraffic, minimumApprovals } = thresholds;
  const ended = (...statuses: ReadonlyArray<string>) =>
    rules.increase(executions, ["job"], hour, { status: oneOf(...statuses) });
  const all = ended("completed", "failed", "timeout", "out_of_memory");
  const decided = (where = {}) => rules.increase(approvals, ["job"], hour, where);
  return {
    ExecutorExecutionsTerminated: {
      severity: "warning",
      expression: rules.ratio(
        ended("timeout", "out_of_memory"),
        all,
        thresholds.terminatedRatio,
        minimumTraffic,
      ),
      forSeconds: 5 * minute,
      summary: "Many executions run out of time or of memory.",
      runbook:
        "The history (GET /api/executions) has their code. Where a tool is slow, the tools' times on the dashboard show it; where code handles too much data, tell the agent to filter earlier. A person's thinking does not count as an execution's time.",
      tests: [
        fires(
          "half of them run out of time",
          "90m",
          daemon,
          execution("completed", "0+1x120"),
          execution("timeout", "0+1x120"),
        ),
        silent(
          "most complete or fail by themselves",
          "90m",
          execution("completed", "0+9x120"),
          execution("failed", "0+9x120"),
          execution("timeout", "0+1x120"),
        ),
        silent(
          "there are few, and all run out of memory",
          "30m",
          execution("completed", "0+0x120"),
          execution("out_of_memory", "0+0x10 1 2 3 3+0x100"),
        ),
      ],
    },
    ExecutorSandboxCrash: {
      severity: "warning",
      expression: rules.growth(terminations, ["job"], 15 * minute, { reason: "crash" }),
      summary: "The sandbox itself crashed.",
      runbook:
        "Agent code cannot bring the daemon down, but it ended a sandbox in a way that none of its limits foresees. The daemon's log has the reason; report it with the execution's code.",
      tests: [
        fires(
          "it crashed for the first time since the start",
          "25m",
          daemon,
          crashes("_x20 1+0x20"),
        ),
        fires("it crashed again", "25m", daemon, crashes("1+0x20 2+0x20")),
        silent("its last crash is long ago", "30m", crashes("1+0x60")),
      ],
    },
    ExecutorExecutionsQueueing: {
      severity: "warning",
      expression: rules.slow(
        0.95,
        queue,
        ["job"],
        10 * minute,
        thresholds.queueP95Seconds,
        minimumTraffic,
      ),
      forSeconds: 5 * minute,
      summary: "Executions wait for a free sandbox.",
      runbook:
        "As many run as may run at once. Look at what takes long on the dashboards; paused executions hold no place. Fewer executions at once from the agents, or faster tools, help.",
      tests: [
        fires("most wait for seconds", "30m", daemon, ...testHistogram(queue, {}, 5, "0+5x60")),
        silent("none waits", "30m", ...testHistogram(queue, {}, 0.01, "0+5x60")),
        silent("few wait", "30m", ...testHistogram(queue, {}, 5, "0+1x60")),
      ],
    },
    ExecutorApprovalWaiting: {
      severity: "warning",
      expression: `${promql.series(oldest)} > ${rules.age(thresholds.approvalAgeSeconds)}`,
      summary: "A question has waited long for a person.",
      runbook:
        "Run `executor executions` for the paused execution and answer with `executor resume`. Unanswered, it expires and its execution fails. Where a tool needs no approval, allow it with a policy.",
      tests: [
        fires(
          "a question has been open for ten minutes",
          "10m",
          { job: "executor", instance: "a" },
          testSeries(oldest, {}, "0+60x10"),
        ),
        silent("none is open", "10m", testSeries(oldest, {}, "0+0x10")),
        silent(
          "each is answered within minutes",
          "10m",
          testSeries(oldest, {}, "0 60 120 180 0 60 120 180 0 60 120"),
        ),
      ],
    },
    ExecutorApprovalsExpire: {
      severity: "info",
      expression: rules.ratio(
        decided({ decision: "expired" }),
        decided(),
        thresholds.expiredApprovalsRatio,
        minimumApprovals,
      ),
      summary: "Most questions to people expire without an answer.",
      runbook:
        "Nobody sees the questions, or nobody is there. Use a client that asks its user inline, answer with `executor resume`, or change the policies of tools that ask too often.",
      tests: [
        fires(
          "nine of ten expire",
          "70m",
          daemon,
          approval("approved", "0+1x120"),
          approval("expired", "0+9x120"),
        ),
        silent(
          "one of ten expires",
          "70m",
          approval("approved", "0+9x120"),
          approval("expired", "0+1x120"),
        ),
        silent(
          "there are few questions, and all expire",
          "20m",
          approval("approved", "0+0x120"),
          approval("expired", "0+0x10 1 2+0x110"),
        ),
      ],
    },
  };
};
