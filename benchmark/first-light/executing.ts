import { createContext, runInContext } from "node:vm";
import type { Daemon } from "../../e2e/support/daemon/daemon.ts";
import { ask, withDaemon } from "./daemons.ts";
import { decimals, ratio, say, section, spread, table } from "../support/markdown.ts";
import { hasMethods, peerModule } from "./peer-module.ts";
import { cpuMillis } from "./process-use.ts";
import { median, time, timeEach, times } from "../support/statistics.ts";

const code = "return 1";
const warmRuns = 500;
const atOnce = 32;
const bursts = 10;

const execute = async (daemon: Daemon): Promise<void> => {
  const text = await ask(daemon, "POST", "/api/executions", { code });
  if (!text.includes(`"status":"completed"`)) throw new Error(`It did not complete: ${text}`);
};

const inNewContext = async (): Promise<void> => {
  const result: unknown = await runInContext(`(async () => { ${code} })()`, createContext({}));
  if (result !== 1) throw new Error("node:vm gave another result.");
};

const inNewProcess = async (): Promise<void> => {
  const child = Bun.spawn([process.execPath, "-e", `(() => { ${code} })()`]);
  if ((await child.exited) !== 0) throw new Error("The process failed.");
};

/** A runtime and a context of its own for each run, in a WebAssembly instance that all share: no limit holds. */
const quickJs = async (): Promise<() => Promise<void>> => {
  const module = await peerModule("quickjs-emscripten/dist/index.mjs");
  if (!hasMethods(module, "getQuickJS")) throw new Error("quickjs-emscripten has changed.");
  const instance = await module.getQuickJS();
  if (!hasMethods(instance, "evalCode")) throw new Error("quickjs-emscripten has changed.");
  return async () => {
    if (instance.evalCode(`(() => { ${code} })()`) !== 1) throw new Error("Another result.");
  };
};

interface Burst {
  readonly total: number;
  readonly each: ReadonlyArray<number>;
}

const burst = async (run: () => Promise<void>): Promise<Burst> => {
  let each: ReadonlyArray<number> = [];
  const total = await time(async () => {
    each = await Promise.all(times(atOnce, () => time(run)));
  });
  return { total, each };
};

const burstRow = (name: string, found: ReadonlyArray<Burst>, reference: number) => {
  const each = found.flatMap((one) => one.each);
  const total = median(found.map((one) => one.total));
  return [
    name,
    decimals(total),
    decimals(Math.min(...each)),
    decimals(median(each)),
    decimals(Math.max(...each)),
    ratio(total, reference),
  ];
};

/** Executions of `return 1`, each a request of its own and stored in the history, beside ways to run it without any of that. */
export const benchmarkExecuting = (): Promise<void> =>
  withDaemon(async (daemon) => {
    section("Executing `return 1`");
    const run = (): Promise<void> => execute(daemon);
    await timeEach(100, run);
    const cpuBefore = cpuMillis(daemon.pid);
    const warm = await timeEach(warmRuns, run);
    const cpu = (cpuMillis(daemon.pid) - cpuBefore) / warmRuns;
    const paced: Array<number> = [];
    for (let index = 0; index < 100; index += 1) {
      await Bun.sleep(10);
      paced.push(await time(run));
    }
    const health = await timeEach(500, () => ask(daemon, "GET", "/api/health"), 50);
    const reference = median(warm);
    const rows: ReadonlyArray<readonly [string, ReadonlyArray<number>]> = [
      ["**`POST /api/executions`, one after another**", warm],
      ["`POST /api/executions`, 10 ms apart", paced],
      ["`GET /api/health`: the same way without an execution", health],
      [
        "quickjs-emscripten, new context in this process",
        await timeEach(500, await quickJs(), 100),
      ],
      [
        "`node:vm`, new context in this process: no isolation",
        await timeEach(500, inNewContext, 100),
      ],
      ["`bun -e`, a process each", await timeEach(40, inNewProcess, 3)],
    ];
    table(
      ["ms", "median", "p99", "runs", "ratio of medians"],
      rows.map(([name, values]) => [name, ...spread(values), ratio(median(values), reference)]),
    );
    say(`All threads of the daemon together used ${decimals(cpu)} ms of CPU per execution.\n`);

    const cold = await burst(run);
    const repeated = [cold];
    for (let index = 0; index < bursts; index += 1) repeated.push(await burst(run));
    const again = repeated.slice(1);
    const processes: Array<Burst> = [];
    for (let index = 0; index < 3; index += 1) processes.push(await burst(inNewProcess));
    const total = median(again.map((one) => one.total));
    table(
      [`${atOnce} at once, ms`, "total", "first done", "median", "last done", "ratio of totals"],
      [
        burstRow("**the first such burst of a daemon**", [cold], total),
        burstRow(`**the ${bursts} bursts after it**`, again, total),
        burstRow("`bun -e`, a process each", processes, total),
      ],
    );
  });
