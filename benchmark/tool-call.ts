import type { SamplerName } from "@executor/telemetry/tracing";
import { join } from "node:path";
import { decimals, describeMachine, ratio, say, section, table } from "./support/markdown.ts";
import { median } from "./support/statistics.ts";

/**
 * Cost of all telemetry on a tool call, next to the same product with modules that measure nothing in place of its own:
 * `bun benchmark/tool-call.ts`. Each contender runs in a process of its own, several times in turn.
 */
const turns = 2;
const rounds = 4;
const calls = 10_000;

interface Contender {
  readonly sampler?: SamplerName;
  readonly isWithout?: boolean;
}

const contenders: Readonly<Record<string, Contender>> = {
  "without telemetry": { isWithout: true },
  "metrics, traces off": {},
  "metrics, no trace sampled": { sampler: "always_off" },
  "metrics, every trace sampled": { sampler: "always_on" },
};

const beContender = async (name: string): Promise<void> => {
  const { measureCalls } = await import("./tool-call/contender.ts");
  say(String(await measureCalls(contenders[name]?.sampler, rounds, calls)));
  process.exit(0);
};

const run = (name: string, { isWithout }: Contender): number => {
  const preload =
    isWithout === true ? ["--preload", join(import.meta.dirname, "tool-call/without.ts")] : [];
  const { stdout, stderr } = Bun.spawnSync([process.execPath, ...preload, import.meta.path, name]);
  const micros = Number(stdout.toString().trim().split("\n").at(-1));
  if (!(micros > 0)) throw new Error(`${name}: ${stderr.toString()}`);
  return micros;
};

const main = (): void => {
  say(`${describeMachine()}\n`);
  section("All telemetry of a tool call");
  const results = Object.entries(contenders).map(([name, contender]) => ({
    name,
    contender,
    micros: [] as Array<number>,
  }));
  for (let turn = 0; turn < turns; turn += 1) {
    for (const { name, contender, micros } of results) micros.push(run(name, contender));
  }
  const [base = Number.NaN] = results.map(({ micros }) => median(micros));
  table(
    ["", "µs per call, median", "least", "telemetry, µs", "times the build without"],
    results.map(({ name, micros }) => [
      name,
      decimals(median(micros)),
      decimals(Math.min(...micros)),
      decimals(median(micros) - base),
      ratio(median(micros), base),
    ]),
  );
};

const [, , name] = process.argv;
if (name === undefined) main();
else await beContender(name);
