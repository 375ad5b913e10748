import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { list, member, texts } from "./json.ts";
import { findPrograms, serverTimeoutMs, startMetricsServer } from "./metrics-server.ts";
import type { MetricsServer, ScrapeJob } from "./metrics-server.ts";

/** `both` is possible from Prometheus 2.45 on ({@link formsOf}). */
export type HistogramForms = "classic" | "native" | "both";

export interface PrometheusOptions {
  readonly binary: string;
  readonly jobs: ReadonlyArray<ScrapeJob>;
  /** Prometheus's notation; `1s` unless given. */
  readonly interval?: string;
  /** What is stored of histograms that have both forms; `classic` unless given. */
  readonly histograms?: HistogramForms;
  /** Files of recording and alerting rules, evaluated as often as targets are scraped. */
  readonly rules?: ReadonlyArray<string>;
  /** Further command-line arguments, such as `--web.enable-otlp-receiver`. */
  readonly args?: ReadonlyArray<string>;
}

export interface QuerySeries {
  readonly metric: Readonly<Record<string, string>>;
  /** Unix seconds, and the value as Prometheus writes it. */
  readonly value: readonly [time: number, value: string];
}

export interface ScrapeTarget {
  readonly job: string;
  readonly health: string;
  readonly lastError: string;
}

export interface RunningPrometheus extends Pick<MetricsServer, "url" | "log" | "stop"> {
  /** The instant vector that a PromQL expression gives now. */
  readonly query: (promql: string) => Promise<ReadonlyArray<QuerySeries>>;
  /** Queries until there are series, or fails after a minute. */
  readonly waitFor: (promql: string) => Promise<ReadonlyArray<QuerySeries>>;
  readonly targets: () => Promise<ReadonlyArray<ScrapeTarget>>;
  /** Warnings and errors in the server's log. */
  readonly complaints: () => ReadonlyArray<string>;
}

/** The Prometheus servers to test against: `EXECUTOR_PROMETHEUS`, paths joined by `:`, else the one on the PATH. */
export const findPrometheus = (): ReadonlyArray<string> =>
  findPrograms("EXECUTOR_PROMETHEUS", "prometheus");

/** Those that take OTLP, built by `.ci/receivers`: `EXECUTOR_PROMETHEUS_OTLP`, paths joined by `:`. */
export const findOtlpPrometheus = (): ReadonlyArray<string> =>
  findPrograms("EXECUTOR_PROMETHEUS_OTLP");

/** The promtools to test with: `EXECUTOR_PROMTOOL`, paths joined by `:`, else the one on the PATH. */
export const findPromtool = (): ReadonlyArray<string> =>
  findPrograms("EXECUTOR_PROMTOOL", "promtool");

/** Starts a server on a free loopback port with an empty database, and waits until it answers. */
export const startPrometheus = async (options: PrometheusOptions): Promise<RunningPrometheus> => {
  const storing = storingHistograms(options);
  const { url, log, until, logged, stop } = await startMetricsServer({
    name: "Prometheus",
    binary: options.binary,
    args: (directory, port) => {
      const config = join(directory, "prometheus.json");
      writeFileSync(config, JSON.stringify(scrapeConfig(options, storing.config)));
      return [
        `--config.file=${config}`,
        `--storage.tsdb.path=${join(directory, "data")}`,
        `--web.listen-address=127.0.0.1:${port}`,
        ...storing.args,
        ...(options.args ?? []),
      ];
    },
    ready: "/-/ready",
  });
  const query = async (promql: string) =>
    vector(await getJson(`${url}/api/v1/query?query=${encodeURIComponent(promql)}`));
  return {
    url,
    query,
    waitFor: async (promql) => {
      let series: ReadonlyArray<QuerySeries> = [];
      const ask = async () => (series = await query(promql)).length > 0;
      await until(`series of ${promql}`, ask, serverTimeoutMs);
      return series;
    },
    targets: async () => targets(await getJson(`${url}/api/v1/targets`)),
    complaints: () => logged(/level=(warn|error)/i),
    log,
    stop,
  };
};

/** Runs `promtool check metrics` on a body; its findings, `""` for none. */
export const checkMetrics = async (promtool: string, body: string): Promise<string> => {
  const tool = Bun.spawn([promtool, "check", "metrics"], {
    stdin: new TextEncoder().encode(body),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, errors, code] = await Promise.all([
    new Response(tool.stdout).text(),
    new Response(tool.stderr).text(),
    tool.exited,
  ]);
  return code === 0 ? out + errors : `${out}${errors}exit code ${code}`;
};

/** The forms of histograms that a server can be told to store. */
export const formsOf = (binary: string): ReadonlyArray<HistogramForms> =>
  versionOf(binary) < 2.45 ? ["classic", "native"] : ["classic", "native", "both"];

/**
 * `2.42` of version 2.42.0, and `3.14` as 3.14; minor versions below 10 as `3.05`. A build of a Go module knows no version, and counts as
 * the newest.
 */
const versionOf = (binary: string): number => {
  const { stdout, stderr } = Bun.spawnSync([binary, "--version"]);
  const found = /version (\d+)\.(\d+)/.exec(stdout.toString() + stderr.toString());
  if (found === null) return Number.POSITIVE_INFINITY;
  const [, major, minor = ""] = found;
  return Number(`${major}.${minor.padStart(2, "0")}`);
};

/** How a server of this version is told which forms to store: by arguments, and by the configuration of its scrapes. */
const storingHistograms = ({ binary, histograms = "classic" }: PrometheusOptions) => {
  if (histograms === "classic") return { args: [], config: {} };
  const version = versionOf(binary);
  const classicToo = histograms === "both";
  return {
    args: version < 3.08 ? ["--enable-feature=native-histograms"] : [],
    config: {
      ...(version >= 3.08 && { scrape_native_histograms: true }),
      ...(classicToo && version >= 3 && { always_scrape_classic_histograms: true }),
      ...(classicToo && version < 3 && { scrape_classic_histograms: true }),
    },
  };
};

/** JSON is YAML. */
const scrapeConfig = (
  { jobs, interval = "1s", rules = [] }: PrometheusOptions,
  histograms: Readonly<Record<string, boolean>>,
) => ({
  global: { scrape_interval: interval, scrape_timeout: interval, evaluation_interval: interval },
  rule_files: rules,
  scrape_configs: jobs.map(({ job, target, path = "/api/metrics", credentialsFile, settings }) => ({
    job_name: job,
    metrics_path: path,
    ...histograms,
    ...settings,
    ...(credentialsFile !== undefined && { authorization: { credentials_file: credentialsFile } }),
    ...(target !== undefined && { static_configs: [{ targets: [target] }] }),
  })),
});

const getJson = async (url: string): Promise<unknown> => {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return response.json();
};

const vector = (answer: unknown): ReadonlyArray<QuerySeries> =>
  list(member(answer, "data", "result")).map((series) => {
    const [time, value] = list(member(series, "value"));
    return { metric: texts(member(series, "metric")), value: [Number(time), String(value)] };
  });

const targets = (answer: unknown): ReadonlyArray<ScrapeTarget> =>
  list(member(answer, "data", "activeTargets")).map((target) => ({
    job: String(member(target, "labels", "job")),
    health: String(member(target, "health")),
    lastError: String(member(target, "lastError")),
  }));
