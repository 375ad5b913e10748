import { instrument, labelOf } from "./instruments.ts";

/** Calls that failed, by the `outcome` label of `executor.tool.calls`. */
export const failed: ReadonlyArray<string> = ["tool_error", "upstream_error", "timeout"];

/**
 * Calls that say something about the tool: the valid events of its objective. A call that a policy blocked, a person declined or the
 * input check refused did not reach it, and one that its caller gave up has no end. One whose answer was `too_large` for Executor
 * itself was answered.
 */
export const judged: ReadonlyArray<string> = ["ok", ...failed, "too_large"];

/** Calls that nobody decided against: {@link judged} and those with an invalid input. */
export const attempted: ReadonlyArray<string> = [...judged, "invalid_input"];

/** A matcher of a label: a value, or the result of {@link oneOf}, {@link noneOf} or {@link not}. */
export type Match = string | { readonly operator: "!=" | "=~" | "!~"; readonly value: string };

/** Matchers by OpenTelemetry key. */
export type Where = Readonly<Record<string, Match>>;

export const oneOf = (...values: ReadonlyArray<string>): Match => ({
  operator: "=~",
  value: values.join("|"),
});
export const noneOf = (...values: ReadonlyArray<string>): Match => ({
  operator: "!~",
  value: values.join("|"),
});
export const not = (value: string): Match => ({ operator: "!=", value });

/** Labels that Prometheus itself puts on what it scrapes. */
const targetLabels: ReadonlySet<string> = new Set(["job", "instance"]);

/**
 * Writes PromQL for the targets of `selector`; names and labels come from the instruments. What reads a histogram reads the classic
 * series and, where they are not stored, the native one.
 */
export class PromQl {
  readonly selector: string;

  constructor(selector: string) {
    this.selector = selector;
  }

  /** A series that Prometheus writes about the target, such as `up`. */
  target(name: "up" | "scrape_duration_seconds"): string {
    return `${name}{${this.selector}}`;
  }

  /** A counter or a gauge. */
  series(name: string, where: Where = {}): string {
    const { definition, prometheusName } = instrument(name);
    if (definition.type === "histogram") throw new Error(`${name} is a histogram.`);
    return prometheusName + this.#braces(name, where);
  }

  /** Rate of a counter, or of a histogram's count. */
  rate(name: string, window: string, where: Where = {}): string {
    return this.#change("rate", name, window, where);
  }

  /** Increase of a counter, or of a histogram's count. */
  increase(name: string, window: string, where: Where = {}): string {
    return this.#change("increase", name, window, where);
  }

  /** Rate of the sum of a histogram's observations. */
  totalRate(name: string, window: string, where: Where = {}): string {
    const classic = `rate(${this.#part(name, "sum", where)}[${window}])`;
    return `${classic} or histogram_sum(rate(${this.#part(name, "native", where)}[${window}]))`;
  }

  /** Sum of the observations that a histogram of what there is now has. */
  total(name: string, where: Where = {}): string {
    return `${this.#part(name, "sum", where)} or histogram_sum(${this.#part(name, "native", where)})`;
  }

  sumRate(name: string, keys: ReadonlyArray<string>, window: string, where: Where = {}): string {
    return this.sum(name, keys, this.rate(name, window, where));
  }

  sumIncrease(
    name: string,
    keys: ReadonlyArray<string>,
    window: string,
    where: Where = {},
  ): string {
    return this.sum(name, keys, this.increase(name, window, where));
  }

  /** The quantile of a histogram's observations in a window, by the labels of `keys`. */
  quantile(
    quantile: number,
    name: string,
    window: string,
    keys: ReadonlyArray<string>,
    where: Where = {},
  ): string {
    const of = (part: "bucket" | "native", labels: ReadonlyArray<string>): string => {
      const rate = `rate(${this.#part(name, part, where)}[${window}])`;
      const by = labels.length === 0 ? "" : ` by (${labels.join(", ")})`;
      return `histogram_quantile(${quantile}, sum${by} (${rate}))`;
    };
    const labels = this.labels(name, keys);
    return `${of("bucket", ["le", ...labels])} or ${of("native", labels)}`;
  }

  /** `sum by (…) (…)`; the labels are those of the instrument `name`. */
  sum(name: string, keys: ReadonlyArray<string>, expression: string): string {
    const by = keys.length === 0 ? "" : ` by (${this.labels(name, keys).join(", ")})`;
    return `sum${by} (${expression})`;
  }

  /** Prometheus's names of the instrument's labels; `job` and `instance` are everybody's. */
  labels(name: string, keys: ReadonlyArray<string>): ReadonlyArray<string> {
    return keys.map((key) => (targetLabels.has(key) ? key : labelOf(name, key)));
  }

  #change(by: "rate" | "increase", name: string, window: string, where: Where): string {
    if (instrument(name).definition.type !== "histogram") {
      return `${by}(${this.series(name, where)}[${window}])`;
    }
    const classic = `${by}(${this.#part(name, "count", where)}[${window}])`;
    return `${classic} or histogram_count(${by}(${this.#part(name, "native", where)}[${window}]))`;
  }

  #part(name: string, part: "bucket" | "count" | "sum" | "native", where: Where): string {
    const { definition, prometheusName } = instrument(name);
    if (definition.type !== "histogram") throw new Error(`${name} is no histogram.`);
    const series = part === "native" ? prometheusName : `${prometheusName}_${part}`;
    return series + this.#braces(name, where);
  }

  #braces(name: string, where: Where): string {
    const matchers = Object.entries(where).map(([key, match]) => {
      const { operator, value } =
        typeof match === "string" ? { operator: "=", value: match } : match;
      return `${labelOf(name, key)}${operator}${JSON.stringify(value)}`;
    });
    return `{${[this.selector, ...matchers].filter((text) => text !== "").join(",")}}`;
  }
}
