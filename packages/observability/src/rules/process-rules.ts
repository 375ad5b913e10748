import { hour, minute } from "./alert.ts";
import type { Alerts, RuleContext } from "./alert.ts";
import { fires, silent, target, targetSeries, testSeries } from "./test-cases.ts";

const delay = "nodejs.eventloop.delay.p99";
const memory = "process.memory.usage";
const uptime = "process.uptime";

export const processAlerts = (rules: RuleContext): Alerts => {
  const { promql, thresholds } = rules;
  return {
    ExecutorDown: {
      severity: "critical",
      expression: `${promql.target("up")} == 0`,
      forSeconds: 2 * minute,
      summary: "The daemon at {{ $labels.instance }} does not answer Prometheus.",
      runbook:
        "Is it running (`executor check`)? Does it listen where Prometheus asks? Prometheus's page of targets has the error; 401 and 403 mean the token. Start it with `executor serve`; its log's last line says why it ended.",
      tests: [
        fires("no scrape works for five minutes", "6m", target, targetSeries("up", "1 0+0x10")),
        silent("scrapes work", "6m", targetSeries("up", "1+0x10")),
        silent("one scrape failed", "5m", targetSeries("up", "1 1 1 1 0 1 1 1")),
      ],
    },
    ExecutorRestarting: {
      severity: "warning",
      expression: `resets(${promql.series(uptime)}[${rules.window(hour)}]) >= ${thresholds.restarts}`,
      summary: "The daemon at {{ $labels.instance }} starts again and again.",
      runbook:
        "What starts it has the log of each end. Look at its memory before each end on the dashboard Runtime and telemetry.",
      tests: [
        fires(
          "it starts four times within an hour",
          "43m",
          target,
          testSeries(uptime, {}, "0+60x10 0+60x10 0+60x10 0+60x10"),
        ),
        silent("it runs on", "43m", testSeries(uptime, {}, "0+60x60")),
        silent("it was restarted once", "43m", testSeries(uptime, {}, "0+60x20 0+60x40")),
      ],
    },
    ExecutorMemoryHigh: {
      severity: "warning",
      expression: `${promql.series(memory)} > ${thresholds.memoryBytes}`,
      forSeconds: 15 * minute,
      summary: "The daemon at {{ $labels.instance }} needs much memory.",
      runbook:
        "Executions that run or are paused keep their sandboxes: see executor.execution.active. Series cost about 1 kB each: see executor.metrics.series. Large results of tools stay as long as their execution runs.",
      tests: [
        fires(
          "it needs 3 GB for half an hour",
          "30m",
          target,
          testSeries(memory, {}, "3000000000+0x40"),
        ),
        silent("it needs 300 MB", "30m", testSeries(memory, {}, "300000000+0x40")),
        silent(
          "it needed 3 GB for a moment",
          "21m",
          testSeries(memory, {}, "300000000+0x20 3000000000 300000000+0x20"),
        ),
      ],
    },
    ExecutorEventLoopBlocked: {
      severity: "warning",
      expression: `${promql.series(delay)} > ${thresholds.eventLoopP99Seconds}`,
      forSeconds: 5 * minute,
      summary: "The daemon at {{ $labels.instance }} answers late.",
      runbook:
        "Its one thread is busy. Look at its CPU time: near one core it has too much to do; far below, the machine is overloaded. Adding or refreshing a large source holds it for a moment only.",
      tests: [
        fires(
          "it is a second late for ten minutes",
          "10m",
          target,
          testSeries(delay, {}, "1+0x20"),
        ),
        silent("it is milliseconds late", "10m", testSeries(delay, {}, "0.005+0x20")),
        silent("it was late for a minute", "9m", testSeries(delay, {}, "0+0x8 1 0+0x20")),
      ],
    },
  };
};
