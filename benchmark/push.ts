import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  bareLayerPush,
  layerMillis,
  makeEffectSeries,
  makeSeries,
  startExecutorPush,
} from "@executor/otlp/testing/effect-push";
import { startSdkPush } from "@executor/otlp/testing/sdk-push";
import { labelsOf, measure } from "./push/contender.ts";
import type { Contender } from "./push/contender.ts";
import { decimals, describeMachine, say, section, table } from "./support/markdown.ts";
import { median } from "./support/statistics.ts";

/**
 * Cost of a push, and how long it holds the event loop, next to OpenTelemetry's own exporter:
 * `bun benchmark/push.ts [label sets]`, 100,000 unless given. Each contender runs in a separate process, and so does the receiver.
 */
const rounds = 5;

type MakeContender = (url: string, size: number) => Contender | Promise<Contender>;

const contenders: Record<string, MakeContender> = {
  // Delays of timers by the machine alone.
  "no push": () => ({ record: () => {}, push: () => new Promise((end) => setTimeout(end, 1_000)) }),
  executor: (url, size) => ({ record: makeSeries(size, labelsOf), ...startExecutorPush(url) }),
  "bare OtlpMetrics.layer": (url, size) => ({
    record: makeEffectSeries(size, labelsOf),
    push: () => bareLayerPush(url),
  }),
  "@opentelemetry/exporter-metrics-otlp-http": (url, size) => startSdkPush(url, size, labelsOf),
  "the same of OpenTelemetry JS 3": (url, size) => makePeer(url, size),
};

/** A peer of the folder `peers`, which the workspace does not know. */
const makePeer = async (url: string, size: number): Promise<Contender> => {
  const peers = join(import.meta.dirname, "peers");
  if (!existsSync(join(peers, "node_modules"))) {
    throw new Error("The peers are missing. Install them: bun install --cwd benchmark/peers");
  }
  const module: unknown = await import(join(peers, "opentelemetry-3.js"));
  if (!canStart(module)) throw new Error("opentelemetry-3.js starts no push.");
  return module.startPush(url, size, labelsOf);
};

const canStart = (
  module: unknown,
): module is {
  readonly startPush: (url: string, size: number, labels: typeof labelsOf) => Contender;
} =>
  typeof module === "object" &&
  module !== null &&
  "startPush" in module &&
  typeof module.startPush === "function";

const beContender = async (name: string, url: string, size: number): Promise<void> => {
  const make = contenders[name];
  if (make === undefined) throw new Error(`There is no contender ${name}.`);
  const result = await measure(await make(url, size), rounds);
  const { maxMillis, p99Millis, seconds, cpuSeconds, rssMiB } = result;
  say([maxMillis, p99Millis, seconds, cpuSeconds, rssMiB].map(decimals).join(" "));
  process.exit(0);
};

/** Takes any request and answers 200. */
const beReceiver = (): void => {
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    fetch: async (request) => {
      await request.arrayBuffer();
      return new Response(null, { status: 200 });
    },
  });
  say(`http://127.0.0.1:${server.port}/v1/metrics`);
};

/** Time for which the layer holds the event loop in one piece, in a process that pushes nothing. */
const pieces = async (size: number): Promise<void> => {
  const record = makeSeries(size, labelsOf);
  const ofLayer: Array<number> = [];
  for (let round = 0; round < 7; round += 1) {
    record();
    ofLayer.push(await layerMillis());
  }
  table(
    ["held in one piece", "ms"],
    [["OtlpMetrics.layer reads the registry and maps it", decimals(median(ofLayer))]],
  );
};

const run = async (size: number): Promise<void> => {
  section(`A push of ${size.toLocaleString("en")} counters and a tenth as many histograms`);
  const receiver = Bun.spawn(["bun", import.meta.path, "--receiver"], { stdout: "pipe" });
  const { value } = await receiver.stdout.getReader().read();
  const url = new TextDecoder().decode(value).trim();
  const rows: Array<ReadonlyArray<string>> = [];
  for (const name of Object.keys(contenders)) {
    const child = Bun.spawn(["bun", import.meta.path, "--child", name, url, String(size)], {
      stdout: "pipe",
      stderr: "ignore",
    });
    const text = await new Response(child.stdout).text();
    rows.push([name, ...(text === "" ? ["failed"] : text.trim().split(" "))]);
  }
  receiver.kill();
  table(
    ["", "longest hold, ms", "p99 of the delay, ms", "export, s", "CPU, s", "memory, MiB"],
    rows,
  );
};

const [first, ...rest] = process.argv.slice(2);
if (first === "--child") {
  const [name = "", url = "", size = ""] = rest;
  await beContender(name, url, Number(size));
} else if (first === "--receiver") {
  beReceiver();
} else {
  const size = Number(first ?? 100_000);
  say(`${describeMachine()}\n`);
  await pieces(size);
  await run(size);
}
