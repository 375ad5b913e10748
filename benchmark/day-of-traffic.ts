import { readSamples, sumOf } from "@executor/testing";
import { startDaemon } from "../e2e/support/daemon/daemon.ts";

/**
 * A day of traffic in minutes: so many tool calls while the metrics are scraped every second. Prints what was counted beside what
 * was made, and how series and memory went.
 *
 *   bun benchmark/day-of-traffic.ts [calls, 1000000 unless given]
 */

const total = Number(process.argv[2] ?? "1000000");
const callsPerRun = 2_000;
const runsAtOnce = 2;
const tools = 20;
const mebibyte = 1024 * 1024;

const operation = (index: number): readonly [string, unknown] => [
  `/t${index}`,
  { get: { operationId: `tool${index}`, responses: { default: { description: "The answer" } } } },
];

let answered = 0;
const upstream = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: () => {
    answered += 1;
    return Response.json({});
  },
});

const daemon = await startDaemon();
const scrape = async () => readSamples((await daemon.request("GET", "/api/metrics")).text);

const added = await daemon.request("POST", "/api/sources", {
  namespace: "day",
  kind: "openapi",
  document: JSON.stringify({
    openapi: "3.0.3",
    info: { title: "A day", version: "1" },
    servers: [{ url: `http://127.0.0.1:${upstream.port}` }],
    paths: Object.fromEntries(Array.from({ length: tools }, (_, index) => operation(index))),
  }),
});
if (added.status !== 201) throw new Error(added.text);

/** Every tool in turn, some calls at once, as an agent's loop does. */
const code = (calls: number): string => `
  const names = Array.from({ length: ${tools} }, (_, index) => "tool" + index);
  let made = 0;
  while (made < ${calls}) {
    const batch = names.slice(0, Math.min(names.length, ${calls} - made));
    await Promise.all(batch.map((name) => tools.day[name]({})));
    made += batch.length;
  }
  return made;`;

interface Reading {
  readonly seconds: number;
  readonly calls: number;
  readonly series: number;
  readonly mib: number;
}

const began = performance.now();
const readings: Array<Reading> = [];
let slowestScrape = 0;
let finished = false;

const watch = async (): Promise<void> => {
  while (!finished) {
    const at = performance.now();
    const samples = await scrape();
    slowestScrape = Math.max(slowestScrape, performance.now() - at);
    readings.push({
      seconds: (at - began) / 1_000,
      calls: sumOf(samples, "executor_tool_calls_total", { executor_source: "day" }),
      series: samples.length,
      mib: sumOf(samples, "process_memory_usage_bytes") / mebibyte,
    });
    await Bun.sleep(Math.max(0, 1_000 - (performance.now() - at)));
  }
};

let left = total;
const work = async (): Promise<void> => {
  while (left > 0) {
    const calls = Math.min(callsPerRun, left);
    left -= calls;
    const reply = await daemon.request("POST", "/api/executions", { code: code(calls) });
    if (!reply.text.includes('"status":"completed"')) throw new Error(reply.text.slice(0, 500));
  }
};

try {
  const watching = watch();
  await Promise.all(Array.from({ length: runsAtOnce }, work)).finally(() => {
    finished = true;
  });
  await watching;
  const seconds = (performance.now() - began) / 1_000;
  const samples = await scrape();
  const counted = (name: string, labels = {}) =>
    sumOf(samples, name, { executor_source: "day", ...labels });
  const table = [
    ["calls made", total],
    ["requests that the upstream answered", answered],
    ["executor_tool_calls_total", counted("executor_tool_calls_total")],
    ["… with outcome ok", counted("executor_tool_calls_total", { outcome: "ok" })],
    [
      "executor_tool_call_duration_seconds_count",
      counted("executor_tool_call_duration_seconds_count"),
    ],
    [
      "http_client_request_duration_seconds_count",
      counted("http_client_request_duration_seconds_count"),
    ],
    ["executor_tool_result_size_bytes_count", counted("executor_tool_result_size_bytes_count")],
    ["executor_metrics_overflow_total", sumOf(samples, "executor_metrics_overflow_total")],
    ["seconds", Math.round(seconds)],
    ["scrapes", readings.length],
    ["slowest scrape, ms", Math.round(slowestScrape)],
    [
      "scrapes in which a counter fell",
      readings.filter(({ calls }, at) => calls < (readings[at - 1]?.calls ?? 0)).length,
    ],
  ] as const;
  console.log("| what | number |\n| --- | ---: |");
  for (const [what, number] of table) console.log(`| ${what} | ${number} |`);
  console.log("\n| part of the day | calls | series | memory, MiB |\n| --- | ---: | ---: | ---: |");
  for (const part of [0.1, 0.25, 0.5, 0.75, 1]) {
    const reading = readings[Math.max(0, Math.ceil(readings.length * part) - 1)];
    if (reading === undefined) continue;
    const { calls, series, mib } = reading;
    console.log(`| ${part * 100} % | ${calls} | ${series} | ${mib.toFixed(0)} |`);
  }
} finally {
  await daemon.stop();
  await upstream.stop(true);
}
