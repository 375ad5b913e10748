import { failed, oneOf } from "../promql.ts";
import { dashboard } from "./dashboard.ts";
import { lines, table } from "./panel-options.ts";
import { promql, window } from "./queries.ts";

const calls = "executor.tool.calls";
const duration = "executor.tool.call.duration";
const errors = "executor.tool.call.errors";
const size = "executor.tool.result.size";
const requests = "http.client.request.duration";
const operations = "mcp.client.operation.duration";

const source = { "executor.source": oneOf("$source") };
const range = "$__range";

/** Which tools are used, fail and are slow, and whether it is their upstreams. */
export const toolsAndSources = (): string =>
  dashboard({
    uid: "executor-tools-and-sources",
    title: "Executor / Tools and sources",
    description: "Which tools are used, fail and are slow, and whether it is their upstreams.",
    bySource: true,
    rows: [
      {
        title: "Tools",
        panels: [
          table({
            title: "Most used",
            description: "Calls in the time shown.",
            unit: "short",
            queries: [
              {
                expression: `topk(20, ${promql.sum(calls, ["mcp.tool.name"], promql.increase(calls, range, source))})`,
                legend: "",
              },
            ],
          }),
          table({
            title: "Most failing",
            description: "Calls in the time shown that failed.",
            unit: "short",
            queries: [
              {
                expression: `topk(20, ${promql.sum(calls, ["mcp.tool.name", "outcome"], promql.increase(calls, range, { ...source, outcome: oneOf(...failed) }))} > 0)`,
                legend: "",
              },
            ],
          }),
          lines({
            title: "Slowest",
            description: "All but one of twenty calls took at most this long.",
            unit: "s",
            queries: [
              {
                expression: `topk(10, ${promql.quantile(0.95, duration, window, ["mcp.tool.name"], source)})`,
                legend: "{{mcp_tool_name}}",
              },
            ],
          }),
          lines({
            title: "Errors by type",
            description: "Why calls did not return data.",
            unit: "reqps",
            queries: [
              {
                expression: promql.sum(
                  errors,
                  ["executor.source", "error.type"],
                  promql.rate(errors, window, source),
                ),
                legend: "{{executor_source}} {{error_type}}",
              },
            ],
          }),
          lines({
            title: "Size of results",
            description: "All but one of twenty replies were at most this large.",
            unit: "bytes",
            queries: [
              {
                expression: promql.quantile(0.95, size, window, ["executor.source"], source),
                legend: "{{executor_source}}",
              },
            ],
          }),
        ],
      },
      {
        title: "Sources",
        panels: [
          lines({
            title: "Calls",
            description: "Calls of each source's tools.",
            unit: "reqps",
            queries: [
              {
                expression: promql.sum(
                  calls,
                  ["executor.source"],
                  promql.rate(calls, window, source),
                ),
                legend: "{{executor_source}}",
              },
            ],
          }),
          lines({
            title: "Reachable",
            description:
              "1 where the last exchange worked, 0 where the source could not be reached.",
            unit: "short",
            queries: [
              {
                expression: promql.series("executor.source.up", source),
                legend: "{{executor_source}}",
              },
            ],
          }),
          lines({
            title: "Tools",
            description: "Tools that each source offers.",
            unit: "short",
            queries: [
              {
                expression: promql.series("executor.source.tools", source),
                legend: "{{executor_source}}",
              },
            ],
          }),
          table({
            title: "Last success",
            description: "Seconds since the last exchange that worked.",
            unit: "s",
            queries: [
              {
                expression: `time() - ${promql.series("executor.source.last_success.timestamp", source)}`,
                legend: "",
              },
            ],
          }),
          table({
            title: "Reading the descriptions",
            description: "Attempts in the time shown, by what came of them.",
            unit: "short",
            queries: [
              {
                expression: promql.sum(
                  "executor.source.connects",
                  ["executor.source", "outcome"],
                  promql.increase("executor.source.connects", range, source),
                ),
                legend: "",
              },
            ],
          }),
        ],
      },
      {
        title: "Upstreams",
        panels: [
          lines({
            title: "HTTP requests by status",
            description: "Requests to OpenAPI and GraphQL upstreams.",
            unit: "reqps",
            queries: [
              {
                expression: promql.sum(
                  requests,
                  ["executor.source", "http.response.status_code"],
                  `rate(${promql.count(requests, source)}[${window}])`,
                ),
                legend: "{{executor_source}} {{http_response_status_code}}",
              },
            ],
          }),
          lines({
            title: "Time of HTTP requests",
            description: "All but one of twenty took at most this long.",
            unit: "s",
            queries: [
              {
                expression: promql.quantile(
                  0.95,
                  requests,
                  window,
                  ["executor.source", "server.address"],
                  source,
                ),
                legend: "{{executor_source}} {{server_address}}",
              },
            ],
          }),
          lines({
            title: "Time of MCP requests",
            description: "All but one of twenty requests to MCP servers took at most this long.",
            unit: "s",
            queries: [
              {
                expression: promql.quantile(
                  0.95,
                  operations,
                  window,
                  ["executor.source", "mcp.method.name"],
                  source,
                ),
                legend: "{{executor_source}} {{mcp_method_name}}",
              },
            ],
          }),
        ],
      },
    ],
  });
