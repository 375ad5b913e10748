import { failed, oneOf } from "../promql.ts";
import type { Settings } from "../settings.ts";
import { alerting, limited } from "./alerting.ts";
import { dashboard } from "./dashboard.ts";
import { lines, spanning, table } from "./panels.ts";
import { gaugeBy, promql, quantileBy, query, range, rateBy, tokensBy, window } from "./queries.ts";

const calls = "executor.tool.calls";
const duration = "executor.tool.call.duration";
const errors = "executor.tool.call.errors";
const size = "executor.tool.result.size";
const requests = "http.client.request.duration";
const operations = "mcp.client.operation.duration";

const source = { "executor.source": oneOf("$source") };

/** Use, failures and times of tools, and of their upstreams. */
export const toolsAndSources = (settings: Settings): string =>
  dashboard({
    uid: "executor-tools-and-sources",
    title: "Executor / Tools and sources",
    description: "Which tools are used, fail and are slow, and whether it is their upstreams.",
    bySource: true,
    rows: {
      Tools: {
        "Most used": table.count(
          "Calls in the time shown.",
          query(`topk(20, ${promql.sumIncrease(calls, ["mcp.tool.name"], range, source)})`),
        ),
        "Most failing": table.count(
          "Calls in the time shown that failed.",
          query(
            `topk(20, ${promql.sumIncrease(calls, ["mcp.tool.name", "outcome"], range, { ...source, outcome: oneOf(...failed) })} > 0)`,
          ),
        ),
        Slowest: alerting(
          settings,
          "ExecutorToolCallsSlow",
          limited(
            { red: settings.thresholds.toolP95Seconds },
            lines.seconds(
              "All but one of twenty calls took at most this long.",
              query(
                `topk(10, ${promql.quantile(0.95, duration, window, ["mcp.tool.name"], source)})`,
                "{{mcp_tool_name}}",
              ),
            ),
          ),
        ),
        "Errors by type": alerting(
          settings,
          "ExecutorSourceFailing",
          lines.rate(
            "Why calls failed.",
            rateBy(errors, ["executor.source", "error.type"], source),
          ),
        ),
        Refusals: lines.rate(
          "Calls that a policy, a person or the source's settings stopped.",
          rateBy("executor.tool.call.refusals", ["executor.source", "reason"], source),
        ),
        "Inputs not checked": lines.rate(
          "Inputs that were too much to check, or whose schema is broken or not supported in part.",
          rateBy("executor.tool.input.unchecked", ["executor.source", "reason"], source),
        ),
        "Size of results": lines.bytes(
          "All but one of twenty replies were at most this large.",
          quantileBy(0.95, size, ["executor.source"], source),
        ),
      },
      Sources: {
        Calls: lines.rate(
          "Calls of each source's tools.",
          rateBy(calls, ["executor.source"], source),
        ),
        Reachable: alerting(
          settings,
          "ExecutorSourceDown",
          limited(
            { red: 1, low: true },
            lines.count(
              "1 where the last exchange worked, 0 where the source could not be reached.",
              gaugeBy("executor.source.up", ["executor.source"], source),
            ),
          ),
        ),
        Tools: lines.count(
          "Tools that each source offers.",
          gaugeBy("executor.source.tools", ["executor.source"], source),
        ),
        "Last success": table.seconds(
          "Seconds since the last exchange that worked.",
          query(`time() - ${promql.series("executor.source.last_success.timestamp", source)}`),
        ),
        "Reading the descriptions": alerting(
          settings,
          "ExecutorSourceConnectsFailing",
          table.count(
            "Attempts in the time shown, by what came of them.",
            query(
              promql.sumIncrease(
                "executor.source.connects",
                ["executor.source", "outcome"],
                range,
                source,
              ),
            ),
          ),
        ),
      },
      "Cost of context, in estimated tokens": {
        "Lists of tools": lines.count(
          "What an agent reads before its first call: by code mode, and if every tool were listed.",
          query(promql.series("executor.tool.listing.tokens"), "{{listing}}"),
        ),
        Definitions: lines.count(
          "What the definitions of each source's tools have together.",
          query(
            promql.sum(
              "executor.tool.definition.tokens",
              ["executor.source"],
              promql.total("executor.tool.definition.tokens", source),
            ),
            "{{executor_source}}",
          ),
        ),
        Results: lines.count(
          "Tokens per second that each source's tools gave to agent code.",
          tokensBy("executor.tool.result.tokens", ["executor.source"], source),
        ),
        "Size of results in tokens": spanning(
          12,
          lines.count(
            "All but one of twenty results had at most so many.",
            quantileBy(0.95, "executor.tool.result.tokens", ["executor.source"], source),
          ),
        ),
        "Output of executions": spanning(
          12,
          lines.count(
            "Tokens per second that executions returned to agents.",
            tokensBy("executor.execution.output.tokens", []),
          ),
        ),
      },
      Upstreams: {
        "HTTP requests by status": lines.rate(
          "Requests to OpenAPI and GraphQL upstreams.",
          rateBy(requests, ["executor.source", "http.response.status_code"], source),
        ),
        "Time of HTTP requests": lines.seconds(
          "All but one of twenty took at most this long.",
          quantileBy(0.95, requests, ["executor.source", "server.address"], source),
        ),
        "Time of MCP requests": lines.seconds(
          "All but one of twenty requests to MCP servers took at most this long.",
          quantileBy(0.95, operations, ["executor.source", "mcp.method.name"], source),
        ),
      },
    },
  });
