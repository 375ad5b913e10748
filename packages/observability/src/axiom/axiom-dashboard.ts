import { failed, judged } from "../promql.ts";
import { Mpl } from "./mpl.ts";

/** Axiom's grid has twelve columns; three charts to a row. */
const perRow = 3;
const size = { w: 4, h: 4 };

const id = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");

/**
 * The body of `POST /v2/dashboards` at Axiom, for metrics that are pushed to `dataset`. A chart is a metrics chart by its
 * `metricsDataset`; its query in MPL stands in `apl`.
 */
export const axiomDashboard = (dataset: string): string => {
  const charts = Object.entries(queries(new Mpl(dataset))).map(([name, query]) => ({
    id: id(name),
    name,
    type: types.get(name) ?? "TimeSeries",
    query: { apl: query, metricsDataset: dataset },
  }));
  const dashboard = {
    name: "Executor",
    description: "What agents do with the tools, what fails, and how the daemon is.",
    owner: "",
    charts,
    layout: charts.map((chart, index) => ({
      i: chart.id,
      x: (index % perRow) * size.w,
      y: Math.floor(index / perRow) * size.h,
      ...size,
    })),
    refreshTime: 60,
    schemaVersion: 2,
    timeWindowStart: "qr-now-1h",
    timeWindowEnd: "qr-now",
  };
  return `${JSON.stringify({ dashboard }, null, 2)}\n`;
};

/** Types of the charts that are not lines over time. */
const types: ReadonlyMap<string, string> = new Map([
  ["Sources", "Table"],
  ["Oldest open question", "Statistic"],
]);

const calls = "executor.tool.calls";
const sourceCalls = "executor.source.calls";

const queries = (mpl: Mpl): Readonly<Record<string, string>> => ({
  "Tool calls by outcome": mpl.rate(calls, ["outcome"]),
  "Tool calls that fail, by source": mpl.ratio(
    "failing",
    mpl.rate(sourceCalls, ["executor.source"], { outcome: failed }),
    mpl.rate(sourceCalls, ["executor.source"], { outcome: judged }),
  ),
  "Time of tool calls, by source": mpl.quantiles(
    "executor.tool.call.duration",
    ["executor.source"],
    0.5,
    0.95,
  ),
  "Tool calls, by tool": mpl.rate(calls, ["mcp.tool.name"]),
  "Errors of tool calls": mpl.rate("executor.tool.call.errors", ["executor.source", "error.type"]),
  Sources: mpl.last("executor.source.up", ["executor.source"], "min"),
  "Executions by how they ended": mpl.rate("executor.executions", ["status"]),
  "Time of executions": mpl.quantiles("executor.execution.duration", ["status"], 0.5, 0.95),
  "Executions under way": mpl.last("executor.execution.active", ["state"], "sum"),
  "Answers of people": mpl.rate("executor.approvals", ["decision"]),
  "Oldest open question": mpl.last("executor.approval.oldest_age", [], "max"),
  "MCP clients": mpl.rate("executor.client.requests", ["mcp.client.name"]),
  "Time of requests to upstreams": mpl.quantiles(
    "http.client.request.duration",
    ["executor.source"],
    0.5,
    0.95,
  ),
  "Time of API requests": mpl.quantiles("http.server.request.duration", ["http.route"], 0.5, 0.95),
  "Lists of tools, in tokens": mpl.last("executor.tool.listing.tokens", ["listing"], "max"),
  "Results in tokens, by source": mpl.quantiles(
    "executor.tool.result.tokens",
    ["executor.source"],
    0.5,
    0.95,
  ),
  "Output of executions in tokens": mpl.quantiles(
    "executor.execution.output.tokens",
    [],
    0.5,
    0.95,
  ),
  "Pushed spans": mpl.rate("otel.sdk.exporter.span.exported", ["error.type"]),
  Memory: mpl.last("process.memory.usage", [], "max"),
  "Lateness of the event loop": mpl.last("nodejs.eventloop.delay.p99", [], "max"),
  "Label sets by metric": mpl.last("executor.metrics.series", ["metric"], "max"),
  Overflow: mpl.rate("executor.metrics.overflow", ["metric"]),
});
