import { failed, judged, oneOf } from "../promql.ts";
import type { Settings } from "../settings.ts";
import { alerting, limited } from "./alerting.ts";
import { dashboard } from "./dashboard.ts";
import { lines, number, spanning, table } from "./panels.ts";
import { promql, quantileBy, query, rateBy, window } from "./queries.ts";

const calls = "executor.tool.calls";
const duration = "executor.tool.call.duration";
const executions = "executor.executions";
const operations = "mcp.server.operation.duration";

const callRate = (outcomes: ReadonlyArray<string>) =>
  promql.sumRate(calls, [], window, { outcome: oneOf(...outcomes) });

/** Health of all daemons on one screen. */
export const overview = (settings: Settings): string =>
  dashboard({
    uid: "executor-overview",
    title: "Executor / Overview",
    description:
      "Whether all is well: the daemons, what agents do with them, and what waits for people.",
    bySource: false,
    rows: {
      Now: {
        "Daemons that answer": alerting(
          settings,
          "ExecutorDown",
          limited(
            { red: 1, low: true },
            number.count(
              "Targets that Prometheus could scrape.",
              query(`sum(${promql.target("up")})`, "up"),
            ),
          ),
        ),
        "Tool calls": number.rate(
          "Tool calls per second, however they ended.",
          query(promql.sumRate(calls, [], window), "calls"),
        ),
        "Tool calls that fail": alerting(
          settings,
          "ExecutorToolCallsFailing",
          limited(
            {
              yellow: 1 - settings.objectives.default,
              red: Math.min(1, Number((6 * (1 - settings.objectives.default)).toFixed(4))),
            },
            number.part(
              "Part of the calls that failed. Calls that were blocked, declined or given up, and calls with an input that the tool does not take, are left out.",
              query(`${callRate(failed)} / ${callRate(judged)}`, "failed"),
            ),
          ),
        ),
        "Executions under way": number.count(
          "Executions that run or wait for a person.",
          query(
            promql.sum(
              "executor.execution.active",
              ["state"],
              promql.series("executor.execution.active"),
            ),
            "{{state}}",
          ),
        ),
        "Oldest open question": alerting(
          settings,
          "ExecutorApprovalWaiting",
          limited(
            { red: settings.thresholds.approvalAgeSeconds },
            number.seconds(
              "How long the longest open question has waited for a person.",
              query(`max(${promql.series("executor.approval.oldest_age")})`, "age"),
            ),
          ),
        ),
        "Sources that are down": alerting(
          settings,
          "ExecutorSourceDown",
          limited(
            { red: 1 },
            number.count(
              "Sources that could not be reached when they were tried last.",
              query(`count(${promql.series("executor.source.up")} == 0) or vector(0)`, "down"),
            ),
          ),
        ),
      },
      Agents: {
        "Tool calls by outcome": lines.rate("What came of the calls.", rateBy(calls, ["outcome"])),
        "Time of tool calls": lines.seconds(
          "Half of the calls, and all but one of twenty and of a hundred, took at most this long; waiting for people left out.",
          ...[0.5, 0.95, 0.99].map((quantile) => quantileBy(quantile, duration, [])),
        ),
        "Executions by how they ended": lines.rate(
          "Runs of agent code.",
          rateBy(executions, ["status"]),
        ),
        "Executions by who asked": lines.rate(
          "Over MCP, the API or the command line.",
          rateBy(executions, ["trigger"]),
        ),
        "MCP requests": lines.rate(
          "What clients ask of the MCP endpoint.",
          rateBy(operations, ["mcp.method.name"]),
        ),
        "MCP clients": lines.rate(
          "Which clients ask; those that are not known by name are _OTHER.",
          rateBy("executor.client.requests", ["mcp.client.name"]),
        ),
      },
      People: {
        "Answers to questions": spanning(
          12,
          lines.rate(
            "What people decided, and which questions expired or were given up.",
            rateBy("executor.approvals", ["decision"]),
          ),
        ),
        "Time until an answer": spanning(
          12,
          lines.seconds(
            "How long questions waited.",
            ...[0.5, 0.95].map((quantile) =>
              quantileBy(quantile, "executor.approval.wait.duration", []),
            ),
          ),
        ),
      },
      "What runs": {
        Daemons: table.count("Versions.", query(promql.series("executor.build_info"))),
        Sources: table.count(
          "1 where the last exchange with the source worked.",
          query(promql.series("executor.source.up")),
        ),
      },
    },
  });
