import { type Match, not, oneOf } from "../promql.ts";
import { type Alerts, day, minute, type RuleContext } from "./alert.ts";
import { daemon, target, testCases, testHistogram, testSeries } from "./test-cases.ts";

const series = "executor.metrics.series";
const limit = "executor.metrics.series.limit";
const overflow = "executor.metrics.overflow";
const conflicts = "executor.metrics.conflicts";
const exported = "otel.sdk.exporter.metric_data_point.exported";
const collection = "otel.sdk.metric_reader.collection.duration";

const lastPush = "executor.metrics.export.last_success.timestamp";
const build = "executor.build_info";

const perDaemon = ["job", "instance"];
const metric = "executor.tool.calls";

export const telemetryAlerts = (rules: RuleContext): Alerts => {
  const { promql, thresholds } = rules;
  const pushed = (errorType: Match) =>
    rules.increase(exported, perDaemon, 15 * minute, { "error.type": errorType });
  return {
    ExecutorSeriesBudgetNearlySpent: {
      severity: "info",
      expression: `${promql.series(series)} / ${promql.series(limit)} > ${thresholds.seriesRatio}`,
      forSeconds: 15 * minute,
      summary: "{{ $labels.metric }} has nearly as many label sets as it may have.",
      description: "It uses {{ $value | humanizePercentage }} of them.",
      runbook:
        "Look at which label has many values (METRICS.md says what bounds each). Raise the budget with EXECUTOR_METRICS_MAX_SERIES_PER_METRIC where they are wanted; a restart forgets those of removed sources.",
      tests: testCases(
        (values, name) => testSeries(name, { metric }, values),
        { ...target, metric },
        {
          "nine of ten label sets are used": [
            "30m",
            { [series]: "1800+0x40", [limit]: "2000+0x40" },
            "90%",
          ],
        },
        {
          "half of them are used": ["30m", { [series]: "1000+0x40", [limit]: "2000+0x40" }],
          "the budget grows with the tools that were just added": [
            "30m",
            { [series]: "1800+0x40", [limit]: "2000+0x5 9000+0x35" },
          ],
        },
      ),
    },
    ExecutorSeriesOverflow: {
      severity: "warning",
      expression: `${rules.grown(overflow, ["job", "metric"], 15 * minute)} > 0`,
      summary: "Measurements of {{ $labels.metric }} go to its overflow series.",
      description: `In the last ${rules.window(15 * minute)}, {{ $value | printf "%.0f" }} of them did.`,
      runbook:
        "Its label budget is spent, or that of all metrics. Sums stay exact; what is new is not told apart. Raise EXECUTOR_METRICS_MAX_SERIES_PER_METRIC or EXECUTOR_METRICS_MAX_SERIES, or restart the daemon where sources that are gone have spent it.",
      tests: testCases(
        (values) => testSeries(overflow, { metric }, values),
        { ...daemon, metric },
        {
          "measurements overflow for the first time": ["15m", "_x10 40+0x20", "40"],
          "they go on overflowing": ["40m", "40+3x60", "45"],
        },
        { "the last one is long ago": ["40m", "40+0x60"] },
      ),
    },
    ExecutorMetricsConflicts: {
      severity: "info",
      expression: `${promql.series(conflicts)} > 0`,
      forSeconds: 15 * minute,
      summary: "Some series could not be exposed as they were recorded ({{ $labels.reason }}).",
      description: "In the last scrape, {{ $value }} had to be repaired or left out.",
      runbook:
        "Two pieces of code record under one name. What the reasons do is in packages/core/api/src/metrics/families/family.ts; rename one of the metrics.",
      tests: testCases(
        (values) => testSeries(conflicts, { reason: "type" }, values),
        { ...target, reason: "type" },
        { "two series are left out": ["30m", "2+0x40", "2"] },
        {
          "none is": ["30m", "0+0x40"],
          "one scrape had to repair": ["30m", "0 1 0+0x40"],
        },
      ),
    },
    ExecutorPushFailing: {
      severity: "warning",
      expression: `${pushed(not(""))} > 0\nunless ${pushed(oneOf(""))} > 0`,
      summary: "No receiver has taken the daemon's metrics for a quarter of an hour.",
      description: `In the last ${rules.window(15 * minute)}, {{ $value | printf "%.0f" }} data points were not taken.`,
      runbook:
        "The daemon's log names the receiver and its answer. `executor metrics push --dry-run` sends once and shows it. docs/push.md has the settings of each receiver. Nothing is lost of cumulative metrics once it works again.",
      tests: testCases(
        (values, error) =>
          testSeries(exported, error === "" ? {} : { "error.type": error }, values),
        target,
        { "every push fails": ["30m", { "": "900+0x40", connection_error: "0+300x40" }, "4500"] },
        {
          "pushes work": ["30m", "0+300x40"],
          "one push failed, and the next worked": [
            "30m",
            { "": "0+300x40", connection_error: "0+0x20 300+0x20" },
          ],
        },
      ),
    },
    ExecutorPushStopped: {
      severity: "critical",
      expression: [
        `time() - max by (job, instance) (last_over_time(${promql.series(lastPush)}[${rules.window(day)}])) > ${rules.age(thresholds.pushAgeSeconds)}`,
        `unless on (job, instance) (${promql.series(build)} unless on (job, instance) ${promql.series(lastPush)})`,
      ].join("\n"),
      summary: "The daemon at {{ $labels.instance }} pushes no more.",
      description: "Its last push that was taken is {{ $value | humanizeDuration }} old.",
      runbook:
        "Where it is not scraped, nothing else tells that it is gone: is it running (`executor check`), and does its log tell of pushes that failed? One that runs without a push of its own is not told. It is told for a day.",
      tests: testCases(
        (values, name) => testSeries(name, {}, values),
        target,
        {
          "it is not scraped, and its pushes end": [
            "40m",
            { [lastPush]: "0+60x20", [build]: "1+0x20" },
            "20m 0s",
          ],
          "it runs, and no push is taken": [
            "40m",
            { [lastPush]: "0+60x20 1200+0x40", [build]: "1+0x60" },
            "20m 0s",
          ],
        },
        {
          "it pushes": ["40m", { [lastPush]: "0+60x60", [build]: "1+0x60" }],
          "it was started again without a push": [
            "40m",
            { [lastPush]: "0+60x20", [build]: "1+0x60" },
          ],
          "a push is late": ["29m", { [lastPush]: "0+60x20 1200+0x40", [build]: "1+0x60" }],
        },
      ),
    },
    ExecutorScrapeSlow: {
      severity: "warning",
      expression: rules.slow(
        0.99,
        collection,
        perDaemon,
        15 * minute,
        thresholds.scrapeP99Seconds,
        5,
      ),
      summary: "The metrics take seconds to write.",
      description: "One of a hundred takes {{ $value | humanizeDuration }} or longer.",
      runbook:
        "Look at the number of series and at the event loop on the dashboard Runtime and telemetry. Scrape less often, ask for some families with name[], or lower EXECUTOR_METRICS_MAX_SERIES.",
      tests: testCases(
        (values, bound) => testHistogram(collection, {}, Number(bound), values),
        target,
        {
          "each takes up to five seconds": [
            "30m",
            { 5: "0+1x40" },
            { classic: "4.96s", native: "7.945s" },
          ],
        },
        {
          "each takes milliseconds": ["30m", { 0.01: "0+1x40" }],
          "a single one was slow": ["30m", { 5: "0+0x20 1+0x20" }],
        },
      ),
    },
  };
};
