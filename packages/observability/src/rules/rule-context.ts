import { PromQl } from "../promql.ts";
import type { RuleSettings, Thresholds } from "../settings.ts";
import { duration } from "./windows.ts";

/** What rules are written with. */
export class RuleContext {
  readonly promql: PromQl;
  readonly thresholds: Thresholds;
  readonly #speed: number;

  constructor({ selector, speed, thresholds }: RuleSettings) {
    this.promql = new PromQl(selector);
    this.thresholds = thresholds;
    this.#speed = speed;
  }

  /** A window of so many seconds. */
  readonly window = (seconds: number): string => duration(seconds, this.#speed);

  /** An age of so many seconds, as a number. */
  age(seconds: number): number {
    return seconds / this.#speed;
  }

  /**
   * What a counter went up by, by these labels, where it did; a counter that begins in the window went up by all it has.
   * `increase` alone misses that: nobody saw it at 0.
   */
  growth(name: string, keys: ReadonlyArray<string>, seconds: number, where = {}): string {
    const window = this.window(seconds);
    const series = this.promql.series(name, where);
    const grown = this.promql.sum(name, keys, this.promql.increase(name, window, where));
    const begun = this.promql.sum(name, keys, `${series} unless ${series} offset ${window}`);
    return `${grown} > 0\nor\n${begun} > 0`;
  }
}
