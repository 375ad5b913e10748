import { failed, judged, oneOf } from "../promql.ts";
import { dashboard, promql, window } from "./dashboard.ts";
import { lines, number, table } from "./panels.ts";

const calls = "executor.tool.calls";
const duration = "executor.tool.call.duration";
const executions = "executor.executions";
const operations = "mcp.server.operation.duration";

const callRate = (outcomes: ReadonlyArray<string>) =>
  promql.sum(calls, [], promql.rate(calls, window, { outcome: oneOf(...outcomes) }));

/** Whether all is well, on one screen. */
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
          number({
            title: "Daemons that answer",
            description: "Targets that Prometheus could scrape.",
            unit: "short",
            queries: [{ expression: `sum(${promql.target("up")})`, legend: "up" }],
          }),
          number({
            title: "Tool calls",
            description: "Tool calls per second, however they ended.",
            unit: "reqps",
            queries: [
              { expression: promql.sum(calls, [], promql.rate(calls, window)), legend: "calls" },
            ],
          }),
          number({
            title: "Tool calls that fail",
            description:
              "Part of the calls that failed. Blocked and declined calls, and calls with an input that the tool does not take, are left out.",
            unit: "percentunit",
            queries: [
              { expression: `${callRate(failed)} / ${callRate(judged)}`, legend: "failed" },
            ],
          }),
          number({
            title: "Executions under way",
            description: "Executions that run or wait for a person.",
            unit: "short",
            queries: [
              {
                expression: promql.sum(
                  "executor.execution.active",
                  ["state"],
                  promql.series("executor.execution.active"),
                ),
                legend: "{{state}}",
              },
            ],
          }),
          number({
            title: "Oldest open question",
            description: "How long the longest open question has waited for a person.",
            unit: "s",
            queries: [
              {
                expression: `max(${promql.series("executor.approval.oldest_age")})`,
                legend: "age",
              },
            ],
          }),
          number({
            title: "Sources that are down",
            description: "Sources that could not be reached when they were tried last.",
            unit: "short",
            queries: [
              {
                expression: `count(${promql.series("executor.source.up")} == 0) or vector(0)`,
                legend: "down",
              },
            ],
          }),
        ],
      },
      {
        title: "Agents",
        panels: [
          lines({
            title: "Tool calls by outcome",
            description: "What came of the calls.",
            unit: "reqps",
            queries: [
              {
                expression: promql.sum(calls, ["outcome"], promql.rate(calls, window)),
                legend: "{{outcome}}",
              },
            ],
          }),
          lines({
            title: "Time of tool calls",
            description:
              "Half of the calls, and all but one of twenty and of a hundred, took at most this long; waiting for people left out.",
            unit: "s",
            queries: [0.5, 0.95, 0.99].map((quantile) => ({
              expression: promql.quantile(quantile, duration, window, []),
              legend: `p${quantile * 100}`,
            })),
          }),
          lines({
            title: "Executions by how they ended",
            description: "Runs of agent code.",
            unit: "reqps",
            queries: [
              {
                expression: promql.sum(executions, ["status"], promql.rate(executions, window)),
                legend: "{{status}}",
              },
            ],
          }),
          lines({
            title: "Executions by who asked",
            description: "Over MCP, the API or the command line.",
            unit: "reqps",
            queries: [
              {
                expression: promql.sum(executions, ["trigger"], promql.rate(executions, window)),
                legend: "{{trigger}}",
              },
            ],
          }),
          lines({
            title: "MCP requests",
            description: "What clients ask of the MCP endpoint.",
            unit: "reqps",
            queries: [
              {
                expression: promql.sum(
                  operations,
                  ["mcp.method.name"],
                  `rate(${promql.count(operations)}[${window}])`,
                ),
                legend: "{{mcp_method_name}}",
              },
            ],
          }),
          lines({
            title: "MCP clients",
            description: "Which clients ask; those that are not known by name are _OTHER.",
            unit: "reqps",
            queries: [
              {
                expression: promql.sum(
                  "executor.client.requests",
                  ["mcp.client.name"],
                  promql.rate("executor.client.requests", window),
                ),
                legend: "{{mcp_client_name}}",
              },
            ],
          }),
        ],
      },
      {
        title: "People",
        panels: [
          lines(
            {
              title: "Answers to questions",
              description: "What people decided, and which questions expired or were given up.",
              unit: "reqps",
              queries: [
                {
                  expression: promql.sum(
                    "executor.approvals",
                    ["decision"],
                    promql.rate("executor.approvals", window),
                  ),
                  legend: "{{decision}}",
                },
              ],
            },
            12,
          ),
          lines(
            {
              title: "Time until an answer",
              description: "How long questions waited.",
              unit: "s",
              queries: [0.5, 0.95].map((quantile) => ({
                expression: promql.quantile(
                  quantile,
                  "executor.approval.wait.duration",
                  window,
                  [],
                ),
                legend: `p${quantile * 100}`,
              })),
            },
            12,
          ),
        ],
      },
      {
        title: "What runs",
        panels: [
          table({
            title: "Daemons",
            description: "Versions.",
            unit: "short",
            queries: [{ expression: promql.series("executor.build_info"), legend: "" }],
          }),
          table({
            title: "Sources",
            description: "1 where the last exchange with the source worked.",
            unit: "short",
            queries: [{ expression: promql.series("executor.source.up"), legend: "" }],
          }),
        ],
      },
    ],
  });
