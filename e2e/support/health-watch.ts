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
  readonly answers: Spread;
  /** By how much this process's own timer was late meanwhile: what the machine's load alone costs. */
  readonly ownDelay: Spread;
  /** Answers other than 200, and questions that nobody answered. */
  readonly failures: ReadonlyArray<string>;
}

export interface HealthWatch {
  readonly stop: () => Promise<HealthReport>;
}

const everyMs = 10;

/** A second client: asks `GET /api/health` ten milliseconds after each answer, until it is stopped. */
export const watchHealth = (daemon: Pick<Daemon, "request">): HealthWatch => {
  const answers: Array<number> = [];
  const delays: Array<number> = [];
  const failures: Array<string> = [];
  let stopped = false;
  const asking = (async () => {
    while (!stopped) {
      const asked = performance.now();
      const failure = await daemon.request("GET", "/api/health").then(
        ({ status }) => (status === 200 ? undefined : String(status)),
        (error: unknown) => String(error),
      );
      const answered = performance.now();
      answers.push(answered - asked);
      if (failure !== undefined) failures.push(failure);
      await sleep(everyMs);
      delays.push(performance.now() - answered - everyMs);
    }
  })();
  return {
    stop: async () => {
      stopped = true;
      await asking;
      return { answers: spread(answers), ownDelay: spread(delays), failures };
    },
  };
};

export const spread = (values: ReadonlyArray<number>): Spread => {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (part: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
  return { count: sorted.length, median: at(0.5), p99: at(0.99), max: at(1) };
};
