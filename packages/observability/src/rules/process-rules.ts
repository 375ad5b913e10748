import { type Alerts, day, hour, minute, type RuleContext } from "./alert.ts";
import { target, targetSeries, testCases, testSeries } from "./test-cases.ts";

const delay = "nodejs.eventloop.delay.p99";
const memory = "process.memory.usage";
const uptime = "process.uptime";

export const processAlerts = ({ promql, thresholds, window }: RuleContext): Alerts => ({
  ExecutorDown: {
    severity: "critical",
    expression: `${promql.target("up")} == 0`,
    forSeconds: 2 * minute,
    summary: "The daemon at {{ $labels.instance }} does not answer Prometheus.",
    description: "`up` is {{ $value }}: the last scrape failed.",
    runbook:
      "Is it running (`executor check`)? Does it listen where Prometheus asks? Prometheus's page of targets has the error; 401 and 403 mean the token. Start it with `executor serve`; its log's last line says why it ended.",
    tests: testCases(
      (values) => targetSeries("up", values),
      target,
      { "no scrape works for five minutes": ["6m", "1 0+0x10", "0"] },
      {
        "scrapes work": ["6m", "1+0x10"],
        "one scrape failed": ["5m", "1 1 1 1 0 1 1 1"],
      },
    ),
  },
  ExecutorGone: {
    severity: "critical",
    expression: goneFrom(promql.target("up"), window),
    forSeconds: 5 * minute,
    summary: "The daemon at {{ $labels.instance }} is scraped no more.",
    description: "It was a target until {{ $value | humanizeDuration }} ago.",
    runbook:
      "Discovery does not find it: its container or machine is gone, or its labels changed; or somebody took it out of the configuration. It is told for an hour, and for a day where no other daemon of its job is left.",
    tests: testCases(
      (values, instance) => targetSeries("up", values, { instance }),
      target,
      {
        "it vanishes from discovery": ["20m", { a: "1+0x10 stale" }, "10m 0s"],
        "it vanishes, and another stays": ["20m", { a: "1+0x10 stale", b: "1+0x200" }, "10m 0s"],
        "the last of its job vanished hours ago": ["150m", { a: "1+0x10 stale" }, "2h 20m 0s"],
      },
      {
        "it stays": ["20m", { a: "1+0x20" }],
        "two scrapes are missing": ["20m", { a: "1+0x10 _x2 1+0x20" }],
        "another took its place hours ago": ["150m", { a: "1+0x10 stale", b: "1+0x200" }],
      },
    ),
  },
  ExecutorRestarting: {
    severity: "warning",
    expression: `resets(${promql.series(uptime)}[${window(hour)}]) >= ${thresholds.restarts}`,
    summary: "The daemon at {{ $labels.instance }} starts again and again.",
    description: `It did so {{ $value }} times in the last ${window(hour)}.`,
    runbook:
      "What starts it has the log of each end. Look at its memory before each end on the dashboard Runtime and telemetry.",
    tests: testCases(
      (values) => testSeries(uptime, {}, values),
      target,
      { "it starts four times within an hour": ["43m", "0+60x10 0+60x10 0+60x10 0+60x10", "3"] },
      {
        "it runs on": ["43m", "0+60x60"],
        "it was restarted once": ["43m", "0+60x20 0+60x40"],
      },
    ),
  },
  ExecutorMemoryHigh: {
    severity: "warning",
    expression: `${promql.series(memory)} > ${thresholds.memoryBytes}`,
    forSeconds: 15 * minute,
    summary: "The daemon at {{ $labels.instance }} needs much memory.",
    description: "It occupies {{ $value | humanize1024 }}B.",
    runbook:
      "Executions that run or are paused keep their sandboxes: see executor.execution.active. Series cost about 1 kB each: see executor.metrics.series. Large results of tools stay as long as their execution runs.",
    tests: testCases(
      (values) => testSeries(memory, {}, values),
      target,
      { "it needs 3 GB for half an hour": ["30m", "3000000000+0x40", "2.794Gi"] },
      {
        "it needs 300 MB": ["30m", "300000000+0x40"],
        "it needed 3 GB for a moment": ["21m", "300000000+0x20 3000000000 300000000+0x20"],
      },
    ),
  },
  ExecutorEventLoopBlocked: {
    severity: "warning",
    expression: `${promql.series(delay)} > ${thresholds.eventLoopP99Seconds}`,
    forSeconds: 5 * minute,
    summary: "The daemon at {{ $labels.instance }} answers late.",
    description:
      "Of what waits for its thread, 1 % waits for {{ $value | humanizeDuration }} or longer.",
    runbook:
      "Its one thread is busy. Look at its CPU time: near one core it has too much to do; far below, the machine is overloaded. Adding or refreshing a large source holds it for a moment only.",
    tests: testCases(
      (values) => testSeries(delay, {}, values),
      target,
      { "it is a second late for ten minutes": ["10m", "1+0x20", "1s"] },
      {
        "it is milliseconds late": ["10m", "0.005+0x20"],
        "it was late for a minute": ["9m", "0+0x8 1 0+0x20"],
      },
    ),
  },
});

/** Seconds since a series was there last: of each instance for an hour, and for a day where its job has none left. */
const goneFrom = (series: string, window: RuleContext["window"]): string => {
  const since = (seconds: number, step: number): string =>
    `time() - max by (job, instance) (max_over_time(timestamp(${series})[${window(seconds)}:${window(step)}]))`;
  return [
    `${since(hour, minute)} unless on (job, instance) ${series}`,
    `or ${since(day, 5 * minute)} unless on (job) ${series}`,
  ].join("\n");
};
