import { instrument, labelOf } from "./instruments.ts";

/** Calls that failed, by the `outcome` label of `executor.tool.calls`. */
export const failed: ReadonlyArray<string> = ["tool_error", "upstream_error", "timeout"];

/**
 * Calls that reached the tool. A call that a policy blocked, a person declined or the input check refused did not, and says nothing
 * about the tool.
 */
export const judged: ReadonlyArray<string> = ["ok", ...failed];

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

/** Writes PromQL for the targets of `selector`; names and labels come from the instruments. */
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

  count(name: string, where: Where = {}): string {
    return this.#part(name, "count", where);
  }

  /** Rate of a counter, or of a histogram's count. */
  rate(name: string, window: string, where: Where = {}): string {
    return `rate(${this.#counter(name, where)}[${window}])`;
  }

  /** Increase of a counter, or of a histogram's count. */
  increase(name: string, window: string, where: Where = {}): string {
    return `increase(${this.#counter(name, where)}[${window}])`;
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
    const labels = ["le", ...this.labels(name, keys)].join(", ");
    return `histogram_quantile(${quantile}, sum by (${labels}) (rate(${this.#part(name, "bucket", where)}[${window}])))`;
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

  #counter(name: string, where: Where): string {
    const { definition } = instrument(name);
    return definition.type === "histogram" ? this.count(name, where) : this.series(name, where);
  }

  #part(name: string, part: "bucket" | "count", where: Where): string {
    const { definition, prometheusName } = instrument(name);
    if (definition.type !== "histogram") throw new Error(`${name} is no histogram.`);
    return `${prometheusName}_${part}${this.#braces(name, where)}`;
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
