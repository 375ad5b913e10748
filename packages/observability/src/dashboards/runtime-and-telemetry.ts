import { not, noneOf } from "../promql.ts";
import type { Settings } from "../settings.ts";
import { alerting, limited } from "./alerting.ts";
import { dashboard } from "./dashboard.ts";
import { lines, number, spanning, table } from "./panels.ts";
import { gaugeBy, promql, quantileBy, query, range, rateBy, window } from "./queries.ts";

const queue = "executor.execution.queue.duration";
const run = "executor.execution.duration";
const output = "executor.execution.output.size";
const cpu = "executor.sandbox.cpu.time";
const peak = "executor.sandbox.memory.peak";
const terminations = "executor.sandbox.terminations";
const stuck = "executor.sandbox.threads.stuck";
const requests = "http.server.request.duration";
const attempts = "executor.auth.attempts";
const collection = "otel.sdk.metric_reader.collection.duration";
const exported = "otel.sdk.exporter.metric_data_point.exported";
const series = "executor.metrics.series";

const instance = "{{instance}}";
/** The sandboxes, the process, the daemon's edges, and the metrics themselves. */
export const runtimeAndTelemetry = (settings: Settings): string =>
  dashboard({
    uid: "executor-runtime-and-telemetry",
    title: "Executor / Runtime and telemetry",
    description: "The sandboxes, the process, the daemon's edges, and the metrics themselves.",
    bySource: false,
    rows: {
      Sandboxes: {
        "Time of executions": lines.seconds(
          "All but one of twenty took at most this long, waiting for people left out.",
          quantileBy(0.95, run, ["status"]),
        ),
        "Waiting for a sandbox": alerting(
          settings,
          "ExecutorExecutionsQueueing",
          limited(
            { red: settings.thresholds.queueP95Seconds },
            lines.seconds(
              "All but one of twenty executions waited at most this long for a free one.",
              quantileBy(0.95, queue, []),
            ),
          ),
        ),
        Computing: lines.count("Cores that sandboxes kept busy.", rateBy(cpu, ["runtime"])),
        "Memory of a sandbox": lines.bytes(
          "All but one of twenty grew to at most this.",
          quantileBy(0.95, peak, ["runtime"]),
        ),
        "Ended by a limit": lines.rate(
          "Runs that the sandbox ended.",
          rateBy(terminations, ["reason"]),
        ),
        "Threads that do not end": lines.count(
          "Threads that were told to end and keep a core busy; 0 unless there is a bug.",
          gaugeBy(stuck, ["runtime"]),
        ),
        "Size of what executions return": lines.bytes(
          "All but one of twenty results were at most this large before they were cut.",
          query(promql.quantile(0.95, output, window, ["truncated"]), "cut: {{truncated}}"),
        ),
      },
      Process: {
        CPU: lines.count(
          "Cores that the daemon kept busy; its one thread can have one, sandboxes have more.",
          rateBy("process.cpu.time", ["instance", "cpu.mode"]),
        ),
        Memory: alerting(
          settings,
          "ExecutorMemoryHigh",
          limited(
            { red: settings.thresholds.memoryBytes },
            lines.bytes("What the daemon occupies.", gaugeBy("process.memory.usage", ["instance"])),
          ),
        ),
        "Lateness of the event loop": alerting(
          settings,
          "ExecutorEventLoopBlocked",
          limited(
            { red: settings.thresholds.eventLoopP99Seconds },
            lines.seconds(
              "What waits for the daemon's one thread waits at most this long, 99 times of 100, and at worst.",
              query(promql.series("nodejs.eventloop.delay.p99"), `${instance} p99`),
              query(promql.series("nodejs.eventloop.delay.max"), `${instance} max`),
            ),
          ),
        ),
      },
      Edges: {
        "API requests": lines.rate("By status.", rateBy(requests, ["http.response.status_code"])),
        "Time of API requests": lines.seconds(
          "All but one of twenty took at most this long.",
          quantileBy(0.95, requests, ["http.request.method", "http.route"]),
        ),
        "MCP errors": lines.rate(
          "Requests to the MCP endpoint that ended with an error.",
          rateBy("mcp.server.operation.duration", ["error.type"], { "error.type": not("") }),
        ),
        "Who is let in": spanning(
          12,
          lines.rate(
            "Requests that were asked who they are.",
            rateBy(attempts, ["surface", "outcome"]),
          ),
        ),
        "MCP streams": spanning(
          12,
          lines.count(
            "Streams open to MCP clients.",
            gaugeBy("executor.mcp.streams.active", ["instance"]),
          ),
        ),
      },
      Metrics: {
        "Label sets": number.count(
          "Held by all metrics together, those about metrics apart.",
          query(
            promql.sum(
              series,
              ["instance"],
              promql.series(series, { metric: noneOf("executor[.]metrics[.].*") }),
            ),
            instance,
          ),
        ),
        Budget: number.count(
          "Label sets that all metrics together may hold.",
          gaugeBy("executor.metrics.budget", ["instance"]),
        ),
        Overflow: alerting(
          settings,
          "ExecutorSeriesOverflow",
          limited(
            { red: 1 },
            number.count(
              "Measurements in the time shown that went to an overflow series.",
              query(
                `sum(${promql.increase("executor.metrics.overflow", range)}) or vector(0)`,
                "overflow",
              ),
            ),
          ),
        ),
        Conflicts: alerting(
          settings,
          "ExecutorMetricsConflicts",
          limited(
            { yellow: 1, red: 100 },
            number.count(
              "Series that could not be written as they were recorded.",
              query(`sum(${promql.series("executor.metrics.conflicts")})`, "conflicts"),
            ),
          ),
        ),
        "Size of a scrape": number.bytes(
          "Before compression.",
          gaugeBy("executor.metrics.scrape.size", ["instance"]),
        ),
        "Last push": alerting(
          settings,
          "ExecutorPushStopped",
          limited(
            { red: settings.thresholds.pushAgeSeconds },
            number.seconds(
              "Seconds since a receiver took a whole push; empty where nothing is pushed.",
              query(
                `time() - ${promql.series("executor.metrics.export.last_success.timestamp")}`,
                instance,
              ),
            ),
          ),
        ),
        "Fullest budgets": spanning(
          8,
          table.part(
            "Part of its label sets that each metric uses.",
            query(
              `topk(20, ${promql.series(series)} / ${promql.series("executor.metrics.series.limit")})`,
            ),
          ),
        ),
        "Time to write a scrape": alerting(
          settings,
          "ExecutorScrapeSlow",
          limited(
            { red: settings.thresholds.scrapeP99Seconds },
            lines.seconds(
              "99 of 100 took at most this long.",
              quantileBy(0.99, collection, ["instance"]),
            ),
          ),
        ),
        "Pushed data points": alerting(
          settings,
          "ExecutorPushFailing",
          lines.count(
            "By error; none for those that a receiver took.",
            rateBy(exported, ["error.type"]),
          ),
        ),
      },
      Traces: {
        "Pushed spans": spanning(
          12,
          lines.count(
            "By error; none for those that a receiver took. Empty where no traces are pushed.",
            rateBy("otel.sdk.exporter.span.exported", ["error.type"]),
          ),
        ),
        "Spans that left the queue": spanning(
          12,
          lines.count(
            "Spans that went to the exporter, and those that were dropped since the queue was full.",
            rateBy("otel.sdk.processor.span.processed", ["instance"]),
          ),
        ),
      },
    },
  });
