import { PromQl, type Where } from "../promql.ts";

export interface Query {
  readonly expression: string;
  /** Grafana's legend template, such as `{{outcome}}`; `""` for tables. */
  readonly legend: string;
}

/** PromQL for the daemons that the dashboard's variables choose. */
export const promql = new PromQl('job=~"$job",instance=~"$instance"');

/** Grafana's own window for rates: wide enough for four scrapes at the zoom in use. */
export const window = "$__rate_interval";

/** The time range that the dashboard shows. */
export const range = "$__range";

export const query = (expression: string, legend = ""): Query => ({ expression, legend });

/** Rate of a counter, or of a histogram's count, by the labels that the legend shows. */
export const rateBy = (name: string, keys: ReadonlyArray<string>, where?: Where): Query =>
  query(promql.sumRate(name, keys, window, where), legendOf(name, keys));

/** Quantile of a histogram by the labels that the legend shows; with no labels the legend is `p95`. */
export const quantileBy = (
  quantile: number,
  name: string,
  keys: ReadonlyArray<string>,
  where?: Where,
): Query =>
  query(
    promql.quantile(quantile, name, window, keys, where),
    keys.length === 0 ? `p${quantile * 100}` : legendOf(name, keys),
  );

/** Tokens per second that a histogram of tokens counts, by the labels that the legend shows; with no labels the legend is `tokens`. */
export const tokensBy = (name: string, keys: ReadonlyArray<string>, where?: Where): Query =>
  query(
    promql.sum(name, keys, promql.totalRate(name, window, where)),
    keys.length === 0 ? "tokens" : legendOf(name, keys),
  );

/** Each series of a gauge, by the labels that the legend shows. */
export const gaugeBy = (name: string, keys: ReadonlyArray<string>, where?: Where): Query =>
  query(promql.series(name, where), legendOf(name, keys));

const legendOf = (name: string, keys: ReadonlyArray<string>): string =>
  promql
    .labels(name, keys)
    .map((label) => `{{${label}}}`)
    .join(" ");
