import { contenders } from "./contender.ts";
import type { ContenderName, Turn } from "./contender.ts";
import { decimals, section, table } from "../support/markdown.ts";
import { median, quantile } from "../support/statistics.ts";

const main = new URL("../exposition.ts", import.meta.url).pathname;

/**
 * Milliseconds of a scrape's body. Each contender has a process of its own, as in real life, so that none pays for another's
 * garbage; they take turns, so that a busy moment of the machine strikes all of them.
 */
export const compare = async (size: number): Promise<void> => {
  section(`${size.toLocaleString("en")} label sets and ${size / 10} histograms`);
  const running = await Promise.all(contenders.map((name) => start(name, size)));
  const rows: Array<ReadonlyArray<string>> = [];
  for (const way of ["plain", "gzipped"] as const) {
    for (const share of [1, 0.1, 0.01]) {
      const times = await takeTurns(running, size, { way, share });
      for (const [name, reduce] of statistics) {
        const [own = Number.NaN, ...others] = times.map(reduce);
        rows.push([
          `${way}, ${share * 100} % changed, ${name}`,
          decimals(own),
          ...others.map((other) => `${decimals(other)} (${(other / own).toFixed(1)} x)`),
        ]);
      }
    }
  }
  for (const { stop } of running) stop();
  table(["ms (times Executor's)", ...contenders], rows);
};

/** The low decile is what the machine does when nobody else wants it. */
const statistics = [
  ["median", median],
  ["low decile", (values: ReadonlyArray<number>) => quantile(values, 0.1)],
] as const;

interface Running {
  readonly take: (turn: Turn) => Promise<number>;
  readonly stop: () => void;
}

const start = async (name: ContenderName, size: number): Promise<Running> => {
  let answer = Promise.withResolvers<number>();
  const child = Bun.spawn([process.execPath, main, "--child", name, String(size)], {
    stdio: ["ignore", "inherit", "inherit"],
    ipc: (message) => answer.resolve(Number(message)),
    onExit: () => answer.reject(new Error(`${name} ended. What it wrote above says why.`)),
  });
  await answer.promise;
  return {
    take: (turn) => {
      answer = Promise.withResolvers<number>();
      child.send(turn);
      return answer.promise;
    },
    stop: () => child.kill(),
  };
};

const takeTurns = async (
  running: ReadonlyArray<Running>,
  size: number,
  turn: Turn,
): Promise<ReadonlyArray<ReadonlyArray<number>>> => {
  const rounds = size >= 100_000 ? 10 : size >= 10_000 ? 25 : 150;
  const times = running.map(() => new Array<number>());
  for (let round = -2; round < rounds; round += 1) {
    for (const [at, { take }] of running.entries()) {
      const taken = await take(turn);
      // The first two warm up.
      if (round >= 0) times[at]?.push(taken);
    }
  }
  return times;
};
