import { median, quantile } from "../support/statistics.ts";
import { watchEventLoop } from "../support/event-loop.ts";

/** One exporter, with the series recorded already. */
export interface Contender {
  /** Changes every series. */
  readonly record: () => void;
  /** Ends when the receiver has answered the whole export. */
  readonly push: () => Promise<void>;
}

interface Measured {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly p99Millis: number;
  readonly maxMillis: number;
  readonly rssMiB: number;
}

/** Medians over several exports. */
export const measure = async ({ record, push }: Contender, rounds: number): Promise<Measured> => {
  const seconds: Array<number> = [];
  const cpu: Array<number> = [];
  const p99: Array<number> = [];
  const max: Array<number> = [];
  for (let round = -2; round < rounds; round += 1) {
    record();
    await new Promise((resolve) => setTimeout(resolve, 100));
    const watch = watchEventLoop();
    const cpuBefore = process.cpuUsage();
    const before = performance.now();
    await push();
    const took = performance.now() - before;
    const used = process.cpuUsage(cpuBefore);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const late = watch.stop();
    if (round < 0) continue;
    seconds.push(took / 1e3);
    cpu.push((used.user + used.system) / 1e6);
    p99.push(quantile(late, 0.99));
    max.push(Math.max(...late));
  }
  return {
    seconds: median(seconds),
    cpuSeconds: median(cpu),
    p99Millis: median(p99),
    maxMillis: median(max),
    rssMiB: process.memoryUsage.rss() / 1024 / 1024,
  };
};

/** The series: `size` counters and a tenth as many histograms, each with three labels. */
export const labelsOf = (index: number) => ({
  "mcp.tool.name": `source-${index % 100}.resource.operation_${index}`,
  "executor.source": `source-${index % 100}`,
  outcome: ["ok", "tool_error", "timeout"][index % 3] ?? "",
});
