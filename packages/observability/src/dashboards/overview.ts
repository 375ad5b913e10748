import { failed, judged, oneOf } from "../promql.ts";
import { dashboard } from "./dashboard.ts";
import { lines, number, table } from "./panels.ts";
import { promql, quantileBy, query, rateBy, window } from "./queries.ts";

const calls = "executor.tool.calls";
const duration = "executor.tool.call.duration";
const executions = "executor.executions";
const operations = "mcp.server.operation.duration";

const callRate = (outcomes: ReadonlyArray<string>) =>
  promql.sumRate(calls, [], window, { outcome: oneOf(...outcomes) });

/** Health of all daemons on one screen. */
export const overview = (): string =>
  dashboard({
    uid: "executor-overview",
    title: "Executor / Overview",
    description:
      "Whether all is well: the daemons, what agents do with them, and what waits for people.",
    bySource: false,
    rows: [
      {
        title: "Now",
        panels: [
          number(
            "Daemons that answer",
            "Targets that Prometheus could scrape.",
            "short",
            query(`sum(${promql.target("up")})`, "up"),
          ),
          number(
            "Tool calls",
            "Tool calls per second, however they ended.",
            "reqps",
            query(promql.sumRate(calls, [], window), "calls"),
          ),
          number(
            "Tool calls that fail",
            "Part of the calls that failed. Blocked and declined calls, and calls with an input that the tool does not take, are left out.",
            "percentunit",
            query(`${callRate(failed)} / ${callRate(judged)}`, "failed"),
          ),
          number(
            "Executions under way",
            "Executions that run or wait for a person.",
            "short",
            query(
              promql.sum(
                "executor.execution.active",
                ["state"],
                promql.series("executor.execution.active"),
              ),
              "{{state}}",
            ),
          ),
          number(
            "Oldest open question",
            "How long the longest open question has waited for a person.",
            "s",
            query(`max(${promql.series("executor.approval.oldest_age")})`, "age"),
          ),
          number(
            "Sources that are down",
            "Sources that could not be reached when they were tried last.",
            "short",
            query(`count(${promql.series("executor.source.up")} == 0) or vector(0)`, "down"),
          ),
        ],
      },
      {
        title: "Agents",
        panels: [
          lines(
            "Tool calls by outcome",
            "What came of the calls.",
            "reqps",
            rateBy(calls, ["outcome"]),
          ),
          lines(
            "Time of tool calls",
            "Half of the calls, and all but one of twenty and of a hundred, took at most this long; waiting for people left out.",
            "s",
            ...[0.5, 0.95, 0.99].map((quantile) => quantileBy(quantile, duration, [])),
          ),
          lines(
            "Executions by how they ended",
            "Runs of agent code.",
            "reqps",
            rateBy(executions, ["status"]),
          ),
          lines(
            "Executions by who asked",
            "Over MCP, the API or the command line.",
            "reqps",
            rateBy(executions, ["trigger"]),
          ),
          lines(
            "MCP requests",
            "What clients ask of the MCP endpoint.",
            "reqps",
            rateBy(operations, ["mcp.method.name"]),
          ),
          lines(
            "MCP clients",
            "Which clients ask; those that are not known by name are _OTHER.",
            "reqps",
            rateBy("executor.client.requests", ["mcp.client.name"]),
          ),
        ],
      },
      {
        title: "People",
        panels: [
          lines(
            "Answers to questions",
            "What people decided, and which questions expired or were given up.",
            "reqps",
            rateBy("executor.approvals", ["decision"]),
          ).span(12),
          lines(
            "Time until an answer",
            "How long questions waited.",
            "s",
            ...[0.5, 0.95].map((quantile) =>
              quantileBy(quantile, "executor.approval.wait.duration", []),
            ),
          ).span(12),
        ],
      },
      {
        title: "What runs",
        panels: [
          table("Daemons", "Versions.", "short", query(promql.series("executor.build_info"))),
          table(
            "Sources",
            "1 where the last exchange with the source worked.",
            "short",
            query(promql.series("executor.source.up")),
          ),
        ],
      },
    ],
  });
