import { Effect, Layer } from "effect";
import { watchEventLoopDelay } from "./event-loop-delay.ts";
import type { EventLoopDelay } from "./event-loop-delay.ts";
import { counter, gauge } from "../instruments/instrument.ts";
import { observeBeforeSnapshot } from "../reading/registry-reading.ts";

/**
 * The host's metrics, by OpenTelemetry's semantic conventions for processes and for Node.js runtimes. They describe the
 * whole process, so they carry no organization and belong to the local daemon.
 */

const cpuTime = counter({
  name: "process.cpu.time",
  description: "CPU time that the process used.",
  unit: "s",
  labels: ["cpu.mode"],
});

const memoryUsage = gauge({
  name: "process.memory.usage",
  description: "Physical memory that the process occupies.",
  unit: "By",
  labels: [],
});

const uptime = gauge({
  name: "process.uptime",
  description: "Time since the process started.",
  unit: "s",
  labels: [],
});

/** Seconds since the Unix epoch; the name under which Prometheus's own client libraries have it, and stock dashboards ask for it. */
const startTime = gauge({
  name: "process.start_time",
  description: "When the process started, in seconds since the Unix epoch.",
  unit: "s",
  labels: [],
});

const buildInfo = gauge({
  name: "executor.build_info",
  description: "Always 1; the labels say what runs.",
  unit: "",
  labels: ["version", "commit", "runtime"],
});

/** Readings cover once to twice this. */
const halfWindowMillis = 30_000;

const eventLoopDelay = (statistic: keyof EventLoopDelay, meaning: string) =>
  gauge({
    name: `nodejs.eventloop.delay.${statistic}`,
    description: `${meaning} by which the event loop was late, over the last 30 to 60 seconds and all since the scrape before.`,
    unit: "s",
    labels: [],
  });

const eventLoopDelays = (
  [
    ["min", "Smallest time"],
    ["max", "Largest time"],
    ["mean", "Mean time"],
    ["stddev", "Standard deviation of the time"],
    ["p50", "Median time"],
    ["p90", "90th percentile of the time"],
    ["p99", "99th percentile of the time"],
  ] as const
).map(([statistic, meaning]) => ({ statistic, metric: eventLoopDelay(statistic, meaning) }));

export interface BuildInfo {
  readonly version: string;
  /** The commit that was built; absent where it is not known. */
  readonly commit?: string | undefined;
  /** What runs the code, such as `bun 1.4.5`. */
  readonly runtime: string;
}

/** Keeps the process metrics and `executor.build_info` up to date in every snapshot, as long as the layer's scope lives. */
export const processMetricsLayer = ({ version, commit, runtime }: BuildInfo): Layer.Layer<never> =>
  Layer.scopedDiscard(
    Effect.gen(function* () {
      const eventLoop = yield* Effect.acquireRelease(
        Effect.sync(() => watchEventLoopDelay(halfWindowMillis)),
        ({ stop }) => Effect.sync(stop),
      );
      yield* Effect.acquireRelease(
        Effect.sync(() =>
          observeBeforeSnapshot(() => {
            observeProcess();
            observeEventLoop(eventLoop.read());
            buildInfo.set(1, { version, commit, runtime });
          }),
        ),
        (remove) => Effect.sync(remove),
      );
    }),
  );

const observeEventLoop = (delay: EventLoopDelay | undefined): void => {
  if (delay === undefined) return;
  for (const { statistic, metric } of eventLoopDelays) metric.set(delay[statistic], {});
};

/** Microseconds, as last read; at module scope because the process has one CPU account whoever reads it. */
let lastCpu = { user: 0, system: 0 };

const observeProcess = (): void => {
  const cpu = process.cpuUsage();
  cpuTime.add((cpu.user - lastCpu.user) / 1e6, { "cpu.mode": "user" });
  cpuTime.add((cpu.system - lastCpu.system) / 1e6, { "cpu.mode": "system" });
  lastCpu = cpu;
  memoryUsage.set(process.memoryUsage.rss(), {});
  uptime.set(process.uptime(), {});
  startTime.set(performance.timeOrigin / 1e3, {});
};
