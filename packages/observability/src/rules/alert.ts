import { PromQl, type Where } from "../promql.ts";
import type { Settings } from "../settings.ts";
import { grown } from "./grown.ts";
import type { TestCase } from "./test-cases.ts";

export interface Alert {
  readonly severity: "critical" | "warning" | "info";
  readonly expression: string;
  /** Seconds; absent for an alert that fires at once. */
  readonly forSeconds?: number;
  /** One sentence; `{{ $labels.x }}` stands for a label. */
  readonly summary: string;
  /** One sentence with the value that the expression found: `{{ $value }}`, formatted. */
  readonly description: string;
  /** Advice on where to look and what to do. */
  readonly runbook: string;
  readonly tests: ReadonlyArray<TestCase>;
}

/** Alerts by their names. */
export type Alerts = Readonly<Record<string, Alert>>;

export interface RecordingRule {
  readonly record: string;
  readonly expression: string;
}

export const minute = 60;
export const hour = 60 * minute;
export const day = 24 * hour;

/** A duration in Prometheus's notation, divided by `speed`: `5m`, `90s`, or milliseconds where it is not whole. */
export const duration = (seconds: number, speed: number): string => {
  const millis = Math.max(1, Math.round((seconds * 1_000) / speed));
  if (millis % 3_600_000 === 0) return `${millis / 3_600_000}h`;
  if (millis % 60_000 === 0) return `${millis / 60_000}m`;
  if (millis % 1_000 === 0) return `${millis / 1_000}s`;
  return `${millis}ms`;
};

export type RuleContext = ReturnType<typeof ruleContext>;

/** Expressions that several alerts share, by an operator's settings. */
export const ruleContext = ({ selector, speed, thresholds }: Settings) => {
  const promql = new PromQl(selector);
  const { minimumTraffic } = thresholds;
  const window = (seconds: number): string => duration(seconds, speed);
  const increase = (
    name: string,
    keys: ReadonlyArray<string>,
    seconds: number,
    where?: Where,
  ): string => promql.sumIncrease(name, keys, window(seconds), where);
  return {
    promql,
    thresholds,
    window,

    /** Increase of a counter, or of a histogram's count, in the last `seconds`, summed by the labels of `keys`. */
    increase,

    /** An age as a number of seconds. */
    age: (seconds: number): number => seconds / speed,

    /** True where `part` of `whole` is above `threshold`, and `whole` is at least `minimum`. */
    ratio: (part: string, whole: string, threshold: number, minimum = minimumTraffic): string =>
      `${part}\n/ ${whole} > ${threshold}\nand ${whole} >= ${minimum}`,

    /** True where a quantile of a histogram is above `threshold`, of at least `minimum` observations. */
    slow: (
      quantile: number,
      name: string,
      keys: ReadonlyArray<string>,
      seconds: number,
      threshold: number,
      minimum = minimumTraffic,
    ): string => {
      const value = promql.quantile(quantile, name, window(seconds), keys);
      return `(${value}) > ${threshold}\nand ${increase(name, keys, seconds)} >= ${minimum}`;
    },

    /** Increase of a counter, by these labels; a counter that begins in the window counts from 0. */
    grown: (name: string, keys: ReadonlyArray<string>, seconds: number, where?: Where): string =>
      grown(promql, { name, keys, where, window: window(seconds), seconds: seconds / speed }),
  };
};
