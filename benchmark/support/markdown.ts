import { readFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { median, p99 } from "./statistics.ts";

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

/** The 1, 5 and 15 minute load averages stand under each title: numbers from a busy machine are worth less. */
export const section = (title: string): void => {
  const load = readFileSync("/proc/loadavg", "utf8").split(" ").slice(0, 3).join(", ");
  say(`## ${title}\n\nLoad average at its start: ${load}.\n`);
};

export const decimals = (value: number): string =>
  value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3);

export const ratio = (value: number, reference: number): string => {
  const times = value / reference;
  return `${times.toFixed(times >= 100 ? 0 : times >= 10 ? 1 : 2)} x`;
};

export const mebibytes = (bytes: number): string => decimals(bytes / 1024 / 1024);

/** Median, 99th percentile and how many there were. */
export const spread = (values: ReadonlyArray<number>): ReadonlyArray<string> => [
  decimals(median(values)),
  decimals(p99(values)),
  String(values.length),
];

export const describeMachine = (): string => {
  const processors = cpus();
  return (
    `${processors.length} cores (${processors[0]?.model ?? "unknown"}), ` +
    `${Math.round(totalmem() / 1024 ** 3)} GiB of memory, Linux, Bun ${Bun.version}.`
  );
};
