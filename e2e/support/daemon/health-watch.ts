import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Daemon } from "./daemon.ts";

/** Milliseconds. */
export interface Spread {
  readonly count: number;
  readonly median: number;
  readonly p99: number;
  readonly max: number;
}

export interface HealthReport {
  /** From each question to its whole answer. */
  readonly answers: ReadonlyArray<number>;
  /** For how long the daemon's main thread computed meanwhile: an answer's time without the machine's other load. */
  readonly busy: ReadonlyArray<number>;
  /** Answers other than 200, and questions that nobody answered. */
  readonly failures: ReadonlyArray<string>;
}

export interface HealthWatch {
  readonly stop: () => Promise<HealthReport>;
}

const everyMs = 10;

/** A second client: asks `GET /api/health` ten milliseconds after each answer, until it is stopped. */
export const watchHealth = (daemon: Pick<Daemon, "request" | "pid">): HealthWatch => {
  const answers: Array<number> = [];
  const busy: Array<number> = [];
  const failures: Array<string> = [];
  const stopping = new AbortController();
  const asking = (async () => {
    while (!stopping.signal.aborted) {
      const computedBefore = computedMs(daemon.pid);
      const asked = performance.now();
      const failure = await daemon.request("GET", "/api/health").then(
        ({ status }) => (status === 200 ? undefined : String(status)),
        (error: unknown) => String(error),
      );
      const took = performance.now() - asked;
      answers.push(took);
      busy.push(Math.min(took, computedMs(daemon.pid) - computedBefore));
      if (failure !== undefined) failures.push(failure);
      await sleep(everyMs);
    }
  })();
  return {
    stop: async () => {
      stopping.abort();
      await asking;
      return { answers, busy, failures };
    },
  };
};

/** The first number of Linux's schedstat, for the main thread: nanoseconds on a processor. */
const computedMs = (pid: number): number =>
  Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, "utf8").split(" ")[0]) / 1e6;

export const spread = (values: ReadonlyArray<number>): Spread => {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (part: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
  return { count: sorted.length, median: at(0.5), p99: at(0.99), max: at(1) };
};

/** For people who read the log of a test. */
export const figures = (values: ReadonlyArray<number>): string => {
  const { median, p99, max } = spread(values);
  return `median ${median.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, max ${max.toFixed(1)} ms`;
};
