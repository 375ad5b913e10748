import type { Alert } from "./alert.ts";
import type { RuleContext } from "./rule-context.ts";
import { target, targetSeries, testSeries } from "./test-series.ts";
import { hour, minute } from "./windows.ts";

const delay = "nodejs.eventloop.delay.p99";
const memory = "process.memory.usage";
const uptime = "process.uptime";

export const processAlerts = ({
  promql,
  window,
  thresholds,
}: RuleContext): ReadonlyArray<Alert> => [
  {
    name: "ExecutorDown",
    severity: "critical",
    expression: `${promql.target("up")} == 0`,
    forSeconds: 2 * minute,
    summary: "The daemon at {{ $labels.instance }} does not answer Prometheus.",
    runbook:
      "Is it running (`executor check`)? Does it listen where Prometheus asks? Prometheus's page of targets has the error; 401 and 403 mean the token. Start it with `executor serve`; its log's last line says why it ended.",
    tests: [
      {
        what: "no scrape works for five minutes",
        series: [targetSeries("up", "1 0+0x10")],
        at: "6m",
        fires: [target],
      },
      { what: "scrapes work", series: [targetSeries("up", "1+0x10")], at: "6m", fires: [] },
      {
        what: "one scrape failed",
        series: [targetSeries("up", "1 1 1 1 0 1 1 1")],
        at: "5m",
        fires: [],
      },
    ],
  },
  {
    name: "ExecutorRestarting",
    severity: "warning",
    expression: `resets(${promql.series(uptime)}[${window(hour)}]) >= ${thresholds.restarts}`,
    forSeconds: 0,
    summary: "The daemon at {{ $labels.instance }} starts again and again.",
    runbook:
      "What starts it has the log of each end. Look at its memory before each end on the dashboard Runtime and telemetry.",
    tests: [
      {
        what: "it starts four times within an hour",
        series: [testSeries(uptime, {}, "0+60x10 0+60x10 0+60x10 0+60x10")],
        at: "43m",
        fires: [target],
      },
      { what: "it runs on", series: [testSeries(uptime, {}, "0+60x60")], at: "43m", fires: [] },
      {
        what: "it was restarted once",
        series: [testSeries(uptime, {}, "0+60x20 0+60x40")],
        at: "43m",
        fires: [],
      },
    ],
  },
  {
    name: "ExecutorMemoryHigh",
    severity: "warning",
    expression: `${promql.series(memory)} > ${thresholds.memoryBytes}`,
    forSeconds: 15 * minute,
    summary: "The daemon at {{ $labels.instance }} needs much memory.",
    runbook:
      "Executions that run or are paused keep their sandboxes: see executor.execution.active. Series cost about 1 kB each: see executor.metrics.series. Large results of tools stay as long as their execution runs.",
    tests: [
      {
        what: "it needs 3 GB for half an hour",
        series: [testSeries(memory, {}, "3000000000+0x40")],
        at: "30m",
        fires: [target],
      },
      {
        what: "it needs 300 MB",
        series: [testSeries(memory, {}, "300000000+0x40")],
        at: "30m",
        fires: [],
      },
      {
        what: "it needed 3 GB for a moment",
        series: [testSeries(memory, {}, "300000000+0x20 3000000000 300000000+0x20")],
        at: "21m",
        fires: [],
      },
    ],
  },
  {
    name: "ExecutorEventLoopBlocked",
    severity: "warning",
    expression: `${promql.series(delay)} > ${thresholds.eventLoopP99Seconds}`,
    forSeconds: 5 * minute,
    summary: "The daemon at {{ $labels.instance }} answers late.",
    runbook:
      "Its one thread is busy. Look at its CPU time: near one core it has too much to do; far below, the machine is overloaded. Adding or refreshing a large source holds it for a moment only.",
    tests: [
      {
        what: "it is a second late for ten minutes",
        series: [testSeries(delay, {}, "1+0x20")],
        at: "10m",
        fires: [target],
      },
      {
        what: "it is milliseconds late",
        series: [testSeries(delay, {}, "0.005+0x20")],
        at: "10m",
        fires: [],
      },
      {
        what: "it was late for a minute",
        series: [testSeries(delay, {}, "0+0x8 1 0+0x20")],
        at: "9m",
        fires: [],
      },
    ],
  },
];
