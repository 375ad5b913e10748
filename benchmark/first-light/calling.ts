import { Schema } from "effect";
import type { Daemon } from "../../e2e/support/daemon/daemon.ts";
import { readSamples, sumOf } from "@executor/testing";
import { startChild } from "./children.ts";
import { ask, withDaemon } from "./daemons.ts";
import { decimals, ratio, section, table } from "../support/markdown.ts";
import { median, time, times } from "../support/statistics.ts";
import { Upstream, upstreamDescription } from "./upstream.ts";

const runs = 11;
const calls = 200;
const atOnce = 64;
const waves = 10;

const input = `{ owner: "octocat", repo: "Hello-World" }`;

const oneByOne = `
  const started = Date.now();
  for (let call = 0; call < ${calls}; call++) await tools.bench.repos.get(${input});
  return (Date.now() - started) / ${calls};
`;

const together = `
  const started = Date.now();
  for (let wave = 0; wave < ${waves}; wave++) {
    await Promise.all(Array.from({ length: ${atOnce} }, () => tools.bench.repos.get(${input})));
  }
  return (Date.now() - started) / ${atOnce * waves};
`;

const Execution = Schema.parseJson(
  Schema.Struct({ output: Schema.Struct({ value: Schema.Number }) }),
);

interface Found {
  /** Milliseconds of one call as the agent's code sees it. */
  readonly agent: number;
  /** The same as `executor.tool.call.duration` has it: without the sandbox and the way to it. */
  readonly metered: number;
  /** A `fetch` and `json()` of the same URL from another process. */
  readonly direct: number;
}

const toolSeconds = async (daemon: Daemon) => {
  const samples = readSamples(await ask(daemon, "GET", "/api/metrics"));
  const of = (suffix: string): number =>
    sumOf(samples, `executor_tool_call_duration_seconds_${suffix}`, { executor_source: "bench" });
  return { sum: of("sum"), count: of("count") };
};

/** Executes `code`, then runs `direct`, which makes as many requests; again and again, so that noise meets both. */
const compare = async (
  daemon: Daemon,
  code: string,
  direct: () => Promise<number>,
): Promise<Found> => {
  const found: Array<Found> = [];
  for (let run = 0; run < runs; run += 1) {
    const before = await toolSeconds(daemon);
    const reply = await ask(daemon, "POST", "/api/executions", { code });
    const after = await toolSeconds(daemon);
    found.push({
      agent: Schema.decodeSync(Execution)(reply).output.value,
      metered: ((after.sum - before.sum) * 1000) / (after.count - before.count),
      direct: await direct(),
    });
  }
  // The first run warms up.
  const kept = found.slice(1);
  const middle = (field: keyof Found): number => median(kept.map((run) => run[field]));
  return { agent: middle("agent"), metered: middle("metered"), direct: middle("direct") };
};

const rowsOf = ({ agent, metered, direct }: Found, showMetered: boolean) => [
  [
    "**a tool, as the agent's code sees it**",
    decimals(agent),
    decimals(agent - direct),
    ratio(agent, direct),
  ],
  ...(showMetered
    ? [
        [
          "a tool, as `executor.tool.call.duration` has it",
          decimals(metered),
          decimals(metered - direct),
          ratio(metered, direct),
        ],
      ]
    : []),
  ["`fetch` of the same, from a process of its own", decimals(direct), "0", "1.00 x"],
];

/** Calls of a small source's tool against a local upstream, beside the same requests without Executor. */
export const benchmarkCalling = (): Promise<void> =>
  withDaemon(async (daemon) => {
    section("Calling a tool");
    const upstream = await startChild(Upstream, "upstream", "");
    try {
      await ask(daemon, "POST", "/api/sources", {
        kind: "openapi",
        namespace: "bench",
        document: upstreamDescription,
        baseUrl: upstream.said.url,
      });
      const url = `${upstream.said.url}/repos/octocat/Hello-World`;
      const request = async (): Promise<unknown> => (await fetch(url)).json();
      const sequential = await compare(daemon, oneByOne, async () => {
        const took = await time(async () => {
          for (let call = 0; call < calls; call += 1) await request();
        });
        return took / calls;
      });
      const parallel = await compare(daemon, together, async () => {
        const took = await time(async () => {
          for (let wave = 0; wave < waves; wave += 1) await Promise.all(times(atOnce, request));
        });
        return took / (atOnce * waves);
      });
      const head = ["ms per call", "overhead", "ratio"];
      table([`${calls} one after another`, ...head], rowsOf(sequential, true));
      table([`${atOnce} at once, ${waves} times`, ...head], rowsOf(parallel, false));
    } finally {
      await upstream.stop();
    }
  });
