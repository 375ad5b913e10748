import { openMetricsText, prometheusText } from "@executor/api/metrics-formats";
import { watchEventLoop } from "../support/event-loop.ts";
import { decimals, mebibytes, section, table } from "../support/markdown.ts";
import { median, quantile } from "../support/statistics.ts";
import { makeExecutor } from "./executor.ts";
import { change, workload } from "./subject.ts";

/** Microseconds for each series as their number grows; a histogram counts as its 17 lines. */
export const costPerSeries = async (sizes: ReadonlyArray<number>): Promise<void> => {
  section("Cost of one line as the registry grows");
  const rows: Array<ReadonlyArray<string>> = [];
  for (const size of sizes) {
    const load = workload(size);
    const executor = makeExecutor(load);
    const lines = size + (size / 10) * 17;
    const cells = [lines.toLocaleString("en")];
    for (const share of [1, 0.01]) {
      const times: Array<number> = [];
      for (let round = 0; round < Math.max(15, 200_000 / size); round += 1) {
        change(load, executor, share);
        const start = performance.now();
        await executor.render();
        times.push(performance.now() - start);
      }
      cells.push(...[0.5, 0.05].map((q) => decimals((quantile(times.slice(5), q) * 1e6) / lines)));
    }
    rows.push(cells);
  }
  table(["lines", "ns, all changed", "5th percentile", "ns, 1 % changed", "5th percentile"], rows);
};

/** How late a timer of 1 ms is while bodies are rendered and compressed one after another. */
export const eventLoopDelay = async (size: number): Promise<void> => {
  section(`The event loop while ${size.toLocaleString("en")} label sets are scraped`);
  const load = workload(size);
  const executor = makeExecutor(load);
  change(load, executor, 1);
  const rows: Array<ReadonlyArray<string>> = [];
  const scrapes = [
    ["first scrape", 1, false],
    ["all changed", 10, false],
    ["all changed, gzipped", 5, true],
  ] as const;
  for (const [name, rounds, gzipped] of scrapes) {
    const delays: Array<number> = [];
    const snapshots: Array<number> = [];
    for (let round = 0; round < rounds; round += 1) {
      change(load, executor, 1);
      const start = performance.now();
      executor.snapshot();
      snapshots.push(performance.now() - start);
      const watch = watchEventLoop();
      const rendering = await executor.render();
      if (gzipped) await executor.compress(rendering);
      delays.push(...watch.stop());
    }
    rows.push([
      name,
      decimals(median(snapshots)),
      ...[0.5, 0.99, 1].map((q) => decimals(quantile(delays, q))),
      String(delays.length),
    ]);
  }
  table(["ms", "Effect's snapshot alone", "median delay", "p99", "largest", "samples"], rows);
};

/** What stays in memory once a registry was scraped, beside the registry itself. */
export const retainedMemory = async (size: number): Promise<void> => {
  section(`Memory that stays, ${size.toLocaleString("en")} label sets`);
  const load = workload(size);
  const executor = makeExecutor(load);
  change(load, executor, 1);
  executor.snapshot();
  const before = await settledMemory();
  const rows: Array<ReadonlyArray<string>> = [];
  for (const format of [prometheusText, openMetricsText]) {
    let bytes = 0;
    for (let round = 0; round < 3; round += 1) {
      change(load, executor, 1);
      ({ bytes } = await executor.renderAs(format));
    }
    const retained = (await settledMemory()) - before;
    rows.push([
      `after ${format.id}`,
      mebibytes(bytes),
      mebibytes(retained),
      `${(retained / bytes).toFixed(2)} x`,
    ]);
  }
  table(["MiB", "body", "retained", "of the body"], rows);
};

const settledMemory = async (): Promise<number> => {
  for (let round = 0; round < 4; round += 1) {
    Bun.gc(true);
    await Bun.sleep(30);
  }
  // Bun counts buffers in the heap.
  return process.memoryUsage().heapUsed;
};
