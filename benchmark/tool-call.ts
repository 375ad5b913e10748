import type { SamplerName } from "@executor/telemetry/tracing";
import { join } from "node:path";
import { decimals, describeMachine, ratio, say, section, table } from "./support/markdown.ts";
import { median } from "./support/statistics.ts";

/**
 * Cost of all telemetry on a tool call, next to the same product with modules that measure nothing in place of its own:
 * `bun benchmark/tool-call.ts`. Each contender runs in a process of its own, several times in turn; what telemetry adds is told from
 * the runs of the same turn. Times are processor time, which other work on the machine changes less than the clock's.
 */
const turns = 5;
const rounds = 14;
const calls = 2_500;

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
  const [base = []] = results.map(({ micros }) => micros);
  table(
    ["", "µs per call, median", "telemetry, µs, median", "range of turns", "ratio to the first"],
    results.map(({ name, micros }) => {
      const added = micros.map((value, turn) => value - (base[turn] ?? Number.NaN));
      return [
        name,
        decimals(median(micros)),
        median(added).toFixed(1),
        `${Math.min(...added).toFixed(1)} to ${Math.max(...added).toFixed(1)}`,
        ratio(median(micros), median(base)),
      ];
    }),
  );
};

const [, , name] = process.argv;
if (name === undefined) main();
else await beContender(name);
