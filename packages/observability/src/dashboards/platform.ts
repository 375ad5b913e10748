import { failed, judged, not, oneOf } from "../promql.ts";
import { dashboard } from "./dashboard.ts";
import { lines, spanning } from "./panels.ts";
import { promql, quantileBy, query, rateBy, tokensBy, window } from "./queries.ts";

const calls = "executor.tool.calls";
const requests = "http.server.request.duration";
const operations = "mcp.server.operation.duration";

const callRate = (outcomes: ReadonlyArray<string>) =>
  promql.sumRate(calls, [], window, { outcome: oneOf(...outcomes) });

/** All organizations of the cloud together, from `GET /api/platform/metrics`; no query names one. */
export const platform = (): string =>
  dashboard({
    uid: "executor-platform",
    title: "Executor / Platform",
    description:
      "The cloud's organizations together, as the platform's operator scrapes them: counters and histograms that name no organization.",
    bySource: false,
    targets: "executor.tool.calls",
    rows: {
      Calls: {
        "Tool calls by outcome": lines.rate("What came of the calls.", rateBy(calls, ["outcome"])),
        "Tool calls that fail": lines.part(
          "Part of the calls that failed, of those that count for objectives.",
          query(`${callRate(failed)} / ${callRate(judged)}`, "failed"),
        ),
        "Time of tool calls": lines.seconds(
          "Half of the calls, and all but one of twenty, took at most this long.",
          ...[0.5, 0.95].map((quantile) => quantileBy(quantile, "executor.tool.call.duration", [])),
        ),
      },
      Executions: {
        "Executions by how they ended": lines.rate(
          "Runs of agent code.",
          rateBy("executor.executions", ["status"]),
        ),
        "Time of executions": lines.seconds(
          "All but one of twenty took at most this long.",
          quantileBy(0.95, "executor.execution.duration", ["status"]),
        ),
        Computing: lines.count(
          "Cores that sandboxes kept busy.",
          rateBy("executor.sandbox.cpu.time", ["runtime"]),
        ),
        "Ended by a limit": lines.rate(
          "Runs that the sandbox ended.",
          rateBy("executor.sandbox.terminations", ["reason"]),
        ),
        "Output in tokens": lines.count(
          "Estimated tokens per second of what executions returned to agents.",
          tokensBy("executor.execution.output.tokens", []),
        ),
        "Answers to questions": lines.rate(
          "What people decided, and which questions expired or were given up.",
          rateBy("executor.approvals", ["decision"]),
        ),
      },
      Edges: {
        "MCP requests": lines.rate(
          "What clients ask of the MCP endpoint.",
          rateBy(operations, ["mcp.method.name"]),
        ),
        "MCP errors": lines.rate(
          "Requests to the MCP endpoint that ended with an error.",
          rateBy(operations, ["error.type"], { "error.type": not("") }),
        ),
        "MCP clients": lines.rate(
          "Which clients ask; those that are not known by name are _OTHER.",
          rateBy("executor.client.requests", ["mcp.client.name"]),
        ),
        "API requests": lines.rate("By status.", rateBy(requests, ["http.response.status_code"])),
        "Time of API requests": lines.seconds(
          "All but one of twenty took at most this long.",
          quantileBy(0.95, requests, ["http.route"]),
        ),
        "Who is let in": lines.rate(
          "Requests that were asked who they are, those that belong to no organization included.",
          rateBy("executor.auth.attempts", ["surface", "outcome"]),
        ),
        "Requests to upstreams by error": spanning(
          24,
          lines.rate(
            "Requests to OpenAPI and GraphQL upstreams that failed.",
            rateBy("http.client.request.duration", ["error.type"], { "error.type": not("") }),
          ),
        ),
      },
    },
  });
