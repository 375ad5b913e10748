import { instrument, labelOf } from "./instruments.ts";

/** What a label must be: this value, or what {@link oneOf} and its likes say. */
type Match = string | { readonly operator: "!=" | "=~" | "!~"; readonly value: string };

/** By OpenTelemetry key. */
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

/** Writes PromQL about what `selector` selects; names and labels come from the instruments. */
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

  bucket(name: string, where: Where = {}): string {
    return this.#part(name, "bucket", where);
  }

  count(name: string, where: Where = {}): string {
    return this.#part(name, "count", where);
  }

  rate(name: string, window: string, where: Where = {}): string {
    return `rate(${this.series(name, where)}[${window}])`;
  }

  increase(name: string, window: string, where: Where = {}): string {
    return `increase(${this.series(name, where)}[${window}])`;
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
    return `histogram_quantile(${quantile}, sum by (${labels}) (rate(${this.bucket(name, where)}[${window}])))`;
  }

  /** `sum by (…) (…)`; the labels are those of the instrument `name`. */
  sum(name: string, keys: ReadonlyArray<string>, expression: string): string {
    return this.aggregate("sum", name, keys, expression);
  }

  aggregate(
    operator: "sum" | "max" | "min" | "count",
    name: string,
    keys: ReadonlyArray<string>,
    expression: string,
  ): string {
    const by = keys.length === 0 ? "" : ` by (${this.labels(name, keys).join(", ")})`;
    return `${operator}${by} (${expression})`;
  }

  /** Prometheus's names of the instrument's labels; `job` and `instance` are everybody's. */
  labels(name: string, keys: ReadonlyArray<string>): ReadonlyArray<string> {
    return keys.map((key) => (targetLabels.has(key) ? key : labelOf(name, key)));
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
