import { not, noneOf } from "../promql.ts";
import { dashboard } from "./dashboard.ts";
import { lines, number, table } from "./panel-options.ts";
import { promql, window } from "./queries.ts";
import type { Query } from "./panel-options.ts";

const queue = "executor.execution.queue.duration";
const run = "executor.execution.duration";
const output = "executor.execution.output.size";
const cpu = "executor.sandbox.cpu.time";
const peak = "executor.sandbox.memory.peak";
const terminations = "executor.sandbox.terminations";
const requests = "http.server.request.duration";
const attempts = "executor.auth.attempts";
const collection = "otel.sdk.metric_reader.collection.duration";
const exported = "otel.sdk.exporter.metric_data_point.exported";
const series = "executor.metrics.series";

const instance = "{{instance}}";
const perInstance = (name: string, expression = promql.series(name)): ReadonlyArray<Query> => [
  { expression, legend: instance },
];

const rateBy = (
  name: string,
  keys: ReadonlyArray<string>,
  legend: string,
): ReadonlyArray<Query> => [
  { expression: promql.sum(name, keys, promql.rate(name, window)), legend },
];

/** The sandboxes, the process, the daemon's edges, and the metrics themselves. */
export const runtimeAndTelemetry = (): string =>
  dashboard({
    uid: "executor-runtime-and-telemetry",
    title: "Executor / Runtime and telemetry",
    description: "The sandboxes, the process, the daemon's edges, and the metrics themselves.",
    bySource: false,
    rows: [
      {
        title: "Sandboxes",
        panels: [
          lines({
            title: "Time of executions",
            description:
              "All but one of twenty took at most this long, waiting for people left out.",
            unit: "s",
            queries: [
              { expression: promql.quantile(0.95, run, window, ["status"]), legend: "{{status}}" },
            ],
          }),
          lines({
            title: "Waiting for a sandbox",
            description:
              "All but one of twenty executions waited at most this long for a free one.",
            unit: "s",
            queries: [{ expression: promql.quantile(0.95, queue, window, []), legend: "p95" }],
          }),
          lines({
            title: "Computing",
            description: "Cores that sandboxes kept busy.",
            unit: "short",
            queries: rateBy(cpu, ["runtime"], "{{runtime}}"),
          }),
          lines({
            title: "Memory of a sandbox",
            description: "All but one of twenty grew to at most this.",
            unit: "bytes",
            queries: [
              {
                expression: promql.quantile(0.95, peak, window, ["runtime"]),
                legend: "{{runtime}}",
              },
            ],
          }),
          lines({
            title: "Ended by a limit",
            description: "Runs that the sandbox ended.",
            unit: "reqps",
            queries: rateBy(terminations, ["reason"], "{{reason}}"),
          }),
          lines({
            title: "Size of what executions return",
            description:
              "All but one of twenty results were at most this large before they were cut.",
            unit: "bytes",
            queries: [
              {
                expression: promql.quantile(0.95, output, window, ["truncated"]),
                legend: "cut: {{truncated}}",
              },
            ],
          }),
        ],
      },
      {
        title: "Process",
        panels: [
          lines({
            title: "CPU",
            description:
              "Cores that the daemon kept busy; its one thread can have one, sandboxes have more.",
            unit: "short",
            queries: rateBy(
              "process.cpu.time",
              ["instance", "cpu.mode"],
              `${instance} {{cpu_mode}}`,
            ),
          }),
          lines({
            title: "Memory",
            description: "What the daemon occupies.",
            unit: "bytes",
            queries: perInstance("process.memory.usage"),
          }),
          lines({
            title: "Lateness of the event loop",
            description:
              "What waits for the daemon's one thread waits at most this long, 99 times of 100, and at worst.",
            unit: "s",
            queries: [
              {
                expression: promql.series("nodejs.eventloop.delay.p99"),
                legend: `${instance} p99`,
              },
              {
                expression: promql.series("nodejs.eventloop.delay.max"),
                legend: `${instance} max`,
              },
            ],
          }),
        ],
      },
      {
        title: "Edges",
        panels: [
          lines({
            title: "API requests",
            description: "By status.",
            unit: "reqps",
            queries: [
              {
                expression: promql.sum(
                  requests,
                  ["http.response.status_code"],
                  `rate(${promql.count(requests)}[${window}])`,
                ),
                legend: "{{http_response_status_code}}",
              },
            ],
          }),
          lines({
            title: "Time of API requests",
            description: "All but one of twenty took at most this long.",
            unit: "s",
            queries: [
              {
                expression: promql.quantile(0.95, requests, window, [
                  "http.request.method",
                  "http.route",
                ]),
                legend: "{{http_request_method}} {{http_route}}",
              },
            ],
          }),
          lines({
            title: "MCP errors",
            description: "Requests to the MCP endpoint that ended with an error.",
            unit: "reqps",
            queries: [
              {
                expression: promql.sum(
                  "mcp.server.operation.duration",
                  ["error.type"],
                  `rate(${promql.count("mcp.server.operation.duration", { "error.type": not("") })}[${window}])`,
                ),
                legend: "{{error_type}}",
              },
            ],
          }),
          lines(
            {
              title: "Who is let in",
              description: "Requests that were asked who they are.",
              unit: "reqps",
              queries: rateBy(attempts, ["surface", "outcome"], "{{surface}} {{outcome}}"),
            },
            12,
          ),
          lines(
            {
              title: "MCP streams",
              description: "Streams open to MCP clients.",
              unit: "short",
              queries: perInstance("executor.mcp.streams.active"),
            },
            12,
          ),
        ],
      },
      {
        title: "Metrics",
        panels: [
          number({
            title: "Label sets",
            description: "Held by all metrics together, those about metrics apart.",
            unit: "short",
            queries: [
              {
                expression: promql.sum(
                  series,
                  ["instance"],
                  promql.series(series, { metric: noneOf("executor[.]metrics[.].*") }),
                ),
                legend: instance,
              },
            ],
          }),
          number({
            title: "Budget",
            description: "Label sets that all metrics together may hold.",
            unit: "short",
            queries: perInstance("executor.metrics.budget"),
          }),
          number({
            title: "Overflow",
            description: "Measurements in the time shown that went to an overflow series.",
            unit: "short",
            queries: [
              {
                expression: `sum(${promql.increase("executor.metrics.overflow", "$__range")}) or vector(0)`,
                legend: "overflow",
              },
            ],
          }),
          number({
            title: "Conflicts",
            description: "Series that could not be written as they were recorded.",
            unit: "short",
            queries: [
              {
                expression: `sum(${promql.series("executor.metrics.conflicts")})`,
                legend: "conflicts",
              },
            ],
          }),
          number({
            title: "Size of a scrape",
            description: "Before compression.",
            unit: "bytes",
            queries: perInstance("executor.metrics.scrape.size"),
          }),
          number({
            title: "Last push",
            description:
              "Seconds since a receiver took a whole push; empty where nothing is pushed.",
            unit: "s",
            queries: perInstance(
              "executor.metrics.export.last_success.timestamp",
              `time() - ${promql.series("executor.metrics.export.last_success.timestamp")}`,
            ),
          }),
          table(
            {
              title: "Fullest budgets",
              description: "Part of its label sets that each metric uses.",
              unit: "percentunit",
              queries: [
                {
                  expression: `topk(20, ${promql.series(series)} / ${promql.series("executor.metrics.series.limit")})`,
                  legend: "",
                },
              ],
            },
            8,
          ),
          lines({
            title: "Time to write a scrape",
            description: "99 of 100 took at most this long.",
            unit: "s",
            queries: [
              {
                expression: promql.quantile(0.99, collection, window, ["instance"]),
                legend: instance,
              },
            ],
          }),
          lines({
            title: "Pushed data points",
            description: "By error; none for those that a receiver took.",
            unit: "short",
            queries: rateBy(exported, ["error.type"], "{{error_type}}"),
          }),
        ],
      },
    ],
  });
