import { freePort, readSamples, sumOf } from "@executor/testing";
import { Schema } from "effect";
import { join } from "node:path";
import { type Daemon, startDaemon } from "../e2e/support/daemon/daemon.ts";
import { startChild } from "./first-light/children.ts";
import { ask } from "./first-light/daemons.ts";
import { cpuMillis } from "./first-light/process-use.ts";
import { Upstream, upstreamDescription } from "./first-light/upstream.ts";
import { decimals, describeMachine, ratio, say, section, table } from "./support/markdown.ts";
import { median, p99, time } from "./support/statistics.ts";

/**
 * What traces cost those who wait: daemons without traces, with traces that are not sampled and with all of them sent to a receiver,
 * driven at a steady rate in turn: `bun benchmark/traces.ts [turns] [calls at once]`. The daemons, the receiver and the upstream have a
 * process each.
 */
const turnSeconds = 5;
const executionsPerSecond = 20;
const callsOfExecution = 20;
const probeMillis = 5;

const [, , turnsArgument = "9", atOnceArgument = String(callsOfExecution)] = process.argv;
const callsAtOnce = Number(atOnceArgument);

const code = `
  const input = { owner: "octocat", repo: "Hello-World" };
  for (let made = 0; made < ${callsOfExecution}; made += ${callsAtOnce}) {
    await Promise.all(Array.from({ length: ${callsAtOnce} }, () => tools.bench.repos.get(input)));
  }
`;

/** The environment of each daemon; the first is what the others are compared with. */
const modes = (endpoint: string): Readonly<Record<string, Record<string, string>>> => ({
  "traces off": {},
  "no trace sampled": {
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoint,
    OTEL_TRACES_SAMPLER: "always_off",
  },
  "every trace sampled": {
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoint,
    OTEL_TRACES_SAMPLER: "always_on",
  },
});

const Late = Schema.parseJson(Schema.Array(Schema.Number));

interface Watched extends Daemon {
  /** Milliseconds by which timers in the daemon came late since the call before. */
  readonly late: () => Promise<ReadonlyArray<number>>;
}

const startWatched = async (env: Record<string, string>): Promise<Watched> => {
  const port = await freePort();
  const daemon = await startDaemon({
    env: {
      ...env,
      BUN_OPTIONS: `--preload ${join(import.meta.dirname, "traces/watch.ts")}`,
      BENCHMARK_WATCH_PORT: String(port),
    },
  });
  const late = async () => {
    const response = await fetch(`http://127.0.0.1:${port}`);
    return Schema.decodeSync(Late)(await response.text());
  };
  return { ...daemon, late };
};

/** What one turn found. */
interface Turn {
  readonly loopP99: number;
  readonly loopLongest: number;
  readonly healthP99: number;
  readonly healthMedian: number;
  readonly cpuPerCall: number;
}

const everyMillis = (millis: number, work: () => unknown) => {
  const timer = setInterval(work, millis);
  return () => clearInterval(timer);
};

const execute = async (daemon: Daemon): Promise<void> => {
  const text = await ask(daemon, "POST", "/api/executions", { code });
  if (!text.includes(`"status":"completed"`)) throw new Error(`It did not complete: ${text}`);
};

/** Drives a daemon without waiting for its answers, so that a slow one gets no less to do. */
const drive = async (daemon: Watched, seconds: number): Promise<Turn> => {
  const executions: Array<Promise<void>> = [];
  const waits: Array<number> = [];
  await daemon.late();
  const cpuBefore = cpuMillis(daemon.pid);
  const stopExecuting = everyMillis(1_000 / executionsPerSecond, () =>
    executions.push(execute(daemon)),
  );
  const stopProbing = everyMillis(probeMillis, async () =>
    waits.push(await time(() => ask(daemon, "GET", "/api/health"))),
  );
  await Bun.sleep(seconds * 1_000);
  stopExecuting();
  stopProbing();
  await Promise.all(executions);
  const late = await daemon.late();
  return {
    loopP99: p99(late),
    loopLongest: Math.max(...late),
    healthP99: p99(waits),
    healthMedian: median(waits),
    cpuPerCall: (cpuMillis(daemon.pid) - cpuBefore) / (executions.length * callsOfExecution),
  };
};

const figures: ReadonlyArray<readonly [keyof Turn, string]> = [
  ["loopP99", "event loop's delay, p99, ms"],
  ["loopLongest", "event loop's longest delay, ms"],
  ["healthMedian", "`GET /api/health`, median, ms"],
  ["healthP99", "`GET /api/health`, p99, ms"],
  ["cpuPerCall", "CPU of all threads for a tool call, ms"],
];

/** Median and range of a mode's figure, and the median and the range of its ratios to the first mode's in the same turn. */
const cellsOf = (
  turns: ReadonlyArray<Turn>,
  first: ReadonlyArray<Turn>,
  figure: keyof Turn,
): ReadonlyArray<string> => {
  const values = turns.map((turn) => turn[figure]);
  const ratios = turns.map((turn, index) => turn[figure] / (first[index]?.[figure] ?? Number.NaN));
  return [
    `${decimals(median(values))} (${decimals(Math.min(...values))} to ${decimals(Math.max(...values))})`,
    `${ratio(median(ratios), 1)} (${decimals(Math.min(...ratios))} to ${decimals(Math.max(...ratios))})`,
  ];
};

const spansOf = async (daemon: Daemon): Promise<string> => {
  const samples = readSamples(await ask(daemon, "GET", "/api/metrics"));
  const of = (labels: Record<string, string>): number =>
    sumOf(samples, "otel_sdk_processor_span_processed_total", labels);
  return `${of({})} spans, ${of({ error_type: "queue_full" })} of them dropped`;
};

const main = async (turnCount: number): Promise<void> => {
  say(`${describeMachine()}\n`);
  section(
    `Traces, ${executionsPerSecond} executions of ${callsOfExecution} tool calls a second, ${callsAtOnce} at once, ${turnCount} turns of ${turnSeconds} s`,
  );
  const upstream = await startChild(Upstream, "upstream", "");
  const receiver = await startChild(Upstream, "receiver", "");
  const daemons: Array<{ name: string; daemon: Watched; turns: Array<Turn> }> = [];
  try {
    for (const [name, env] of Object.entries(modes(`${receiver.said.url}/v1/traces`))) {
      const daemon = await startWatched(env);
      daemons.push({ name, daemon, turns: [] });
      await ask(daemon, "POST", "/api/sources", {
        kind: "openapi",
        namespace: "bench",
        document: upstreamDescription,
        baseUrl: upstream.said.url,
      });
      await drive(daemon, turnSeconds);
    }
    for (let turn = 0; turn < turnCount; turn += 1) {
      const start = turn % daemons.length;
      for (const { daemon, turns } of [...daemons.slice(start), ...daemons.slice(0, start)]) {
        turns.push(await drive(daemon, turnSeconds));
      }
    }
    const [first] = daemons;
    if (first === undefined) return;
    table(
      ["median (range)", ...daemons.flatMap(({ name }) => [name, "ratio"]).toSpliced(1, 1)],
      figures.map(([figure, title]) => [
        title,
        ...daemons.flatMap(({ turns }) => cellsOf(turns, first.turns, figure)).toSpliced(1, 1),
      ]),
    );
    for (const { name, daemon } of daemons) say(`${name}: ${await spansOf(daemon)}.`);
  } finally {
    await Promise.all(daemons.map(({ daemon }) => daemon.stop()));
    await Promise.all([upstream.stop(), receiver.stop()]);
  }
};

await main(Number(turnsArgument));
