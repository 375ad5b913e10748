import { PromQl } from "../promql.ts";
import type { Where } from "../promql.ts";
import type { RuleSettings, Thresholds } from "../settings.ts";
import type { TestCase } from "./test-cases.ts";

export interface Alert {
  readonly name: string;
  readonly severity: "critical" | "warning" | "info";
  readonly expression: string;
  /** Seconds; 0 fires at once. */
  readonly forSeconds: number;
  /** One sentence; `{{ $labels.x }}` stands for a label. */
  readonly summary: string;
  /** Advice on where to look and what to do. */
  readonly runbook: string;
  readonly tests: ReadonlyArray<TestCase>;
}

export interface RecordingRule {
  readonly record: string;
  readonly expression: string;
}

export const minute = 60;
export const hour = 60 * minute;

/** A duration in Prometheus's notation, divided by `speed`: `5m`, `90s`, or milliseconds where it is not whole. */
export const duration = (seconds: number, speed: number): string => {
  const millis = Math.max(1, Math.round((seconds * 1_000) / speed));
  if (millis % 3_600_000 === 0) return `${millis / 3_600_000}h`;
  if (millis % 60_000 === 0) return `${millis / 60_000}m`;
  if (millis % 1_000 === 0) return `${millis / 1_000}s`;
  return `${millis}ms`;
};

/** Expressions that several alerts share, by an operator's settings. */
export class RuleContext {
  readonly promql: PromQl;
  readonly thresholds: Thresholds;
  readonly #speed: number;

  constructor({ selector, speed, thresholds }: RuleSettings) {
    this.promql = new PromQl(selector);
    this.thresholds = thresholds;
    this.#speed = speed;
  }

  window(seconds: number): string {
    return duration(seconds, this.#speed);
  }

  /** An age as a number of seconds. */
  age(seconds: number): number {
    return seconds / this.#speed;
  }

  /** Increase of a counter, or of a histogram's count, in the last `seconds`, summed by the labels of `keys`. */
  increase(name: string, keys: ReadonlyArray<string>, seconds: number, where: Where = {}): string {
    return this.promql.sumIncrease(name, keys, this.window(seconds), where);
  }

  /** True where `part` of `whole` is above `threshold`, and `whole` is at least `minimum`. */
  ratio(part: string, whole: string, threshold: number, minimum: number): string {
    return `${part}\n/ ${whole} > ${threshold}\nand ${whole} >= ${minimum}`;
  }

  /** True where a quantile of a histogram is above `threshold`, of at least `minimum` observations. */
  slow(
    quantile: number,
    name: string,
    keys: ReadonlyArray<string>,
    seconds: number,
    threshold: number,
    minimum: number,
  ): string {
    const value = this.promql.quantile(quantile, name, this.window(seconds), keys);
    return `${value} > ${threshold}\nand ${this.increase(name, keys, seconds)} >= ${minimum}`;
  }

  /**
   * Increase of a counter, by these labels, where it is above 0. A counter that begins in the window counts from 0, which `increase`
   * alone does not: no scrape has seen it at 0.
   */
  growth(name: string, keys: ReadonlyArray<string>, seconds: number, where: Where = {}): string {
    const series = this.promql.series(name, where);
    const begun = this.promql.sum(
      name,
      keys,
      `${series} unless ${series} offset ${this.window(seconds)}`,
    );
    return `${this.increase(name, keys, seconds, where)} > 0\nor\n${begun} > 0`;
  }
}
