import { not, noneOf } from "../promql.ts";
import { dashboard } from "./dashboard.ts";
import { lines, number, table } from "./listed-panels.ts";
import { gaugeBy, promql, quantileBy, query, range, rateBy, window } from "./queries.ts";

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
          lines(
            "Time of executions",
            "All but one of twenty took at most this long, waiting for people left out.",
            "s",
            quantileBy(0.95, run, ["status"]),
          ),
          lines(
            "Waiting for a sandbox",
            "All but one of twenty executions waited at most this long for a free one.",
            "s",
            quantileBy(0.95, queue, []),
          ),
          lines("Computing", "Cores that sandboxes kept busy.", "short", rateBy(cpu, ["runtime"])),
          lines(
            "Memory of a sandbox",
            "All but one of twenty grew to at most this.",
            "bytes",
            quantileBy(0.95, peak, ["runtime"]),
          ),
          lines(
            "Ended by a limit",
            "Runs that the sandbox ended.",
            "reqps",
            rateBy(terminations, ["reason"]),
          ),
          lines(
            "Size of what executions return",
            "All but one of twenty results were at most this large before they were cut.",
            "bytes",
            query(promql.quantile(0.95, output, window, ["truncated"]), "cut: {{truncated}}"),
          ),
        ],
      },
      {
        title: "Process",
        panels: [
          lines(
            "CPU",
            "Cores that the daemon kept busy; its one thread can have one, sandboxes have more.",
            "short",
            rateBy("process.cpu.time", ["instance", "cpu.mode"]),
          ),
          lines(
            "Memory",
            "What the daemon occupies.",
            "bytes",
            gaugeBy("process.memory.usage", ["instance"]),
          ),
          lines(
            "Lateness of the event loop",
            "What waits for the daemon's one thread waits at most this long, 99 times of 100, and at worst.",
            "s",
            query(promql.series("nodejs.eventloop.delay.p99"), `${instance} p99`),
            query(promql.series("nodejs.eventloop.delay.max"), `${instance} max`),
          ),
        ],
      },
      {
        title: "Edges",
        panels: [
          lines(
            "API requests",
            "By status.",
            "reqps",
            rateBy(requests, ["http.response.status_code"]),
          ),
          lines(
            "Time of API requests",
            "All but one of twenty took at most this long.",
            "s",
            quantileBy(0.95, requests, ["http.request.method", "http.route"]),
          ),
          lines(
            "MCP errors",
            "Requests to the MCP endpoint that ended with an error.",
            "reqps",
            rateBy("mcp.server.operation.duration", ["error.type"], { "error.type": not("") }),
          ),
          lines(
            "Who is let in",
            "Requests that were asked who they are.",
            "reqps",
            rateBy(attempts, ["surface", "outcome"]),
          ).span(12),
          lines(
            "MCP streams",
            "Streams open to MCP clients.",
            "short",
            gaugeBy("executor.mcp.streams.active", ["instance"]),
          ).span(12),
        ],
      },
      {
        title: "Metrics",
        panels: [
          number(
            "Label sets",
            "Held by all metrics together, those about metrics apart.",
            "short",
            query(
              promql.sum(
                series,
                ["instance"],
                promql.series(series, { metric: noneOf("executor[.]metrics[.].*") }),
              ),
              instance,
            ),
          ),
          number(
            "Budget",
            "Label sets that all metrics together may hold.",
            "short",
            gaugeBy("executor.metrics.budget", ["instance"]),
          ),
          number(
            "Overflow",
            "Measurements in the time shown that went to an overflow series.",
            "short",
            query(
              `sum(${promql.increase("executor.metrics.overflow", range)}) or vector(0)`,
              "overflow",
            ),
          ),
          number(
            "Conflicts",
            "Series that could not be written as they were recorded.",
            "short",
            query(`sum(${promql.series("executor.metrics.conflicts")})`, "conflicts"),
          ),
          number(
            "Size of a scrape",
            "Before compression.",
            "bytes",
            gaugeBy("executor.metrics.scrape.size", ["instance"]),
          ),
          number(
            "Last push",
            "Seconds since a receiver took a whole push; empty where nothing is pushed.",
            "s",
            query(
              `time() - ${promql.series("executor.metrics.export.last_success.timestamp")}`,
              instance,
            ),
          ),
          table(
            "Fullest budgets",
            "Part of its label sets that each metric uses.",
            "percentunit",
            query(
              `topk(20, ${promql.series(series)} / ${promql.series("executor.metrics.series.limit")})`,
            ),
          ).span(8),
          lines(
            "Time to write a scrape",
            "99 of 100 took at most this long.",
            "s",
            quantileBy(0.99, collection, ["instance"]),
          ),
          lines(
            "Pushed data points",
            "By error; none for those that a receiver took.",
            "short",
            rateBy(exported, ["error.type"]),
          ),
        ],
      },
    ],
  });
