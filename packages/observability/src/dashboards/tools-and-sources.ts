import { failed, oneOf } from "../promql.ts";
import { dashboard } from "./dashboard.ts";
import { lines, table } from "./listed-panels.ts";
import { gaugeBy, promql, quantileBy, query, range, rateBy, window } from "./queries.ts";

const calls = "executor.tool.calls";
const duration = "executor.tool.call.duration";
const errors = "executor.tool.call.errors";
const size = "executor.tool.result.size";
const requests = "http.client.request.duration";
const operations = "mcp.client.operation.duration";

const source = { "executor.source": oneOf("$source") };

/** Use, failures and times of tools, and of their upstreams. */
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
          table(
            "Most used",
            "Calls in the time shown.",
            "short",
            query(`topk(20, ${promql.sumIncrease(calls, ["mcp.tool.name"], range, source)})`),
          ),
          table(
            "Most failing",
            "Calls in the time shown that failed.",
            "short",
            query(
              `topk(20, ${promql.sumIncrease(calls, ["mcp.tool.name", "outcome"], range, { ...source, outcome: oneOf(...failed) })} > 0)`,
            ),
          ),
          lines(
            "Slowest",
            "All but one of twenty calls took at most this long.",
            "s",
            query(
              `topk(10, ${promql.quantile(0.95, duration, window, ["mcp.tool.name"], source)})`,
              "{{mcp_tool_name}}",
            ),
          ),
          lines(
            "Errors by type",
            "Why calls did not return data.",
            "reqps",
            rateBy(errors, ["executor.source", "error.type"], source),
          ),
          lines(
            "Size of results",
            "All but one of twenty replies were at most this large.",
            "bytes",
            quantileBy(0.95, size, ["executor.source"], source),
          ),
        ],
      },
      {
        title: "Sources",
        panels: [
          lines(
            "Calls",
            "Calls of each source's tools.",
            "reqps",
            rateBy(calls, ["executor.source"], source),
          ),
          lines(
            "Reachable",
            "1 where the last exchange worked, 0 where the source could not be reached.",
            "short",
            gaugeBy("executor.source.up", ["executor.source"], source),
          ),
          lines(
            "Tools",
            "Tools that each source offers.",
            "short",
            gaugeBy("executor.source.tools", ["executor.source"], source),
          ),
          table(
            "Last success",
            "Seconds since the last exchange that worked.",
            "s",
            query(`time() - ${promql.series("executor.source.last_success.timestamp", source)}`),
          ),
          table(
            "Reading the descriptions",
            "Attempts in the time shown, by what came of them.",
            "short",
            query(
              promql.sumIncrease(
                "executor.source.connects",
                ["executor.source", "outcome"],
                range,
                source,
              ),
            ),
          ),
        ],
      },
      {
        title: "Upstreams",
        panels: [
          lines(
            "HTTP requests by status",
            "Requests to OpenAPI and GraphQL upstreams.",
            "reqps",
            rateBy(requests, ["executor.source", "http.response.status_code"], source),
          ),
          lines(
            "Time of HTTP requests",
            "All but one of twenty took at most this long.",
            "s",
            quantileBy(0.95, requests, ["executor.source", "server.address"], source),
          ),
          lines(
            "Time of MCP requests",
            "All but one of twenty requests to MCP servers took at most this long.",
            "s",
            quantileBy(0.95, operations, ["executor.source", "mcp.method.name"], source),
          ),
        ],
      },
    ],
  });
