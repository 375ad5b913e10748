import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { startProcess } from "./process.ts";
import { freePort } from "./free-port.ts";

/** Where a server is scraped. */
export interface ScrapeJob {
  readonly job: string;
  /** `host:port`. */
  readonly target: string;
  /** `/api/metrics` unless given. */
  readonly path?: string;
  /** Holds the token to scrape with. */
  readonly credentialsFile?: string;
}

export interface PrometheusOptions {
  readonly binary: string;
  readonly jobs: ReadonlyArray<ScrapeJob>;
  /** Prometheus's notation; `1s` unless given. */
  readonly interval?: string;
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

export interface RunningPrometheus {
  readonly url: string;
  /** The instant vector that a PromQL expression gives now. */
  readonly query: (promql: string) => Promise<ReadonlyArray<QuerySeries>>;
  /** Queries until there are series, or fails after fifteen seconds. */
  readonly waitFor: (promql: string) => Promise<ReadonlyArray<QuerySeries>>;
  readonly targets: () => Promise<ReadonlyArray<ScrapeTarget>>;
  /** What the server has logged that is a warning or worse. */
  readonly complaints: () => ReadonlyArray<string>;
  readonly log: () => string;
  /** Ends the server and removes its data. */
  readonly stop: () => Promise<void>;
}

/** The Prometheus servers to test against: `EXECUTOR_PROMETHEUS`, paths joined by `:`, else the one on the PATH. */
export const findPrometheus = (): ReadonlyArray<string> =>
  binaries(process.env["EXECUTOR_PROMETHEUS"], "prometheus");

/** The promtools to test with: `EXECUTOR_PROMTOOL`, paths joined by `:`, else the one on the PATH. */
export const findPromtool = (): ReadonlyArray<string> =>
  binaries(process.env["EXECUTOR_PROMTOOL"], "promtool");

const patienceMs = 15_000;

const binaries = (paths: string | undefined, name: string): ReadonlyArray<string> => {
  const named = (paths ?? "").split(delimiter).filter((path) => path !== "");
  if (named.length > 0) return named.filter(isExecutable);
  const found = Bun.which(name);
  return found === null ? [] : [found];
};

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** Starts a server on a free loopback port with an empty database, and waits until it answers. */
export const startPrometheus = async (options: PrometheusOptions): Promise<RunningPrometheus> => {
  const directory = mkdtempSync(join(tmpdir(), "executor-prometheus-"));
  const config = join(directory, "prometheus.json");
  writeFileSync(config, JSON.stringify(scrapeConfig(options)));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = await startProcess({
    name: "Prometheus",
    command: options.binary,
    args: [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(directory, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      ...(options.args ?? []),
    ],
  });
  const stop = async (): Promise<void> => {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  };
  const query = async (promql: string) =>
    vector(await getJson(`${url}/api/v1/query?query=${encodeURIComponent(promql)}`));
  try {
    await server.until("it was ready", async () => (await fetch(`${url}/-/ready`)).ok, patienceMs);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    query,
    waitFor: async (promql) => {
      let series: ReadonlyArray<QuerySeries> = [];
      const ask = async () => (series = await query(promql)).length > 0;
      await server.until(`series of ${promql}`, ask, patienceMs);
      return series;
    },
    targets: async () => targets(await getJson(`${url}/api/v1/targets`)),
    complaints: () =>
      server
        .log()
        .split("\n")
        .filter((line) => /level=(warn|error)/i.test(line)),
    log: server.log,
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

/** JSON is YAML. */
const scrapeConfig = ({ jobs, interval = "1s", rules = [] }: PrometheusOptions) => ({
  global: { scrape_interval: interval, scrape_timeout: interval, evaluation_interval: interval },
  rule_files: rules,
  scrape_configs: jobs.map(({ job, target, path = "/api/metrics", credentialsFile }) => ({
    job_name: job,
    metrics_path: path,
    ...(credentialsFile !== undefined && { authorization: { credentials_file: credentialsFile } }),
    static_configs: [{ targets: [target] }],
  })),
});

const getJson = async (url: string): Promise<unknown> => {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return response.json();
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

const member = (value: unknown, ...path: ReadonlyArray<string>): unknown =>
  path.reduce((inner, key) => (isRecord(inner) ? inner[key] : undefined), value);

const list = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : []);

const vector = (answer: unknown): ReadonlyArray<QuerySeries> =>
  list(member(answer, "data", "result")).map((series) => {
    const [time, value] = list(member(series, "value"));
    const labels = member(series, "metric");
    return {
      metric: Object.fromEntries(
        Object.entries(isRecord(labels) ? labels : {}).map(([name, text]) => [name, String(text)]),
      ),
      value: [Number(time), String(value)],
    };
  });

const targets = (answer: unknown): ReadonlyArray<ScrapeTarget> =>
  list(member(answer, "data", "activeTargets")).map((target) => ({
    job: String(member(target, "labels", "job")),
    health: String(member(target, "health")),
    lastError: String(member(target, "lastError")),
  }));
