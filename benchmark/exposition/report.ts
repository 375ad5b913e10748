import { readFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";

export const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

export const table = (
  head: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<string>>,
): void => {
  const line = (cells: ReadonlyArray<string>): string => `| ${cells.join(" | ")} |`;
  say(line(head));
  say(line(head.map((_, index) => (index === 0 ? "---" : "---:"))));
  for (const row of rows) say(line(row));
  say("");
};

/** The load averages stand under each title: numbers from a busy machine are worth less. */
export const section = (title: string): void => {
  const load = readFileSync("/proc/loadavg", "utf8").split(" ").slice(0, 3).join(", ");
  say(`## ${title}\n\nLoad average at its start: ${load}.\n`);
};

export const describeMachine = (): string =>
  `${cpus().length} cores (${cpus()[0]?.model ?? "unknown"}), ` +
  `${Math.round(totalmem() / 1024 ** 3)} GiB of memory, Linux, Bun ${Bun.version}.`;

/** The value below which the share `q` of the values lies. */
export const quantile = (values: ReadonlyArray<number>, q: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
};

export const median = (values: ReadonlyArray<number>): number => quantile(values, 0.5);

export const decimals = (value: number): string =>
  value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2);
