import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { startProcess } from "./process.ts";
import { freePort } from "./free-port.ts";
import type { ScrapeJob } from "./prometheus.ts";

export interface RunningVictoriaMetrics {
  /** The labels of every series of a job that is stored by now, apart from what the server adds of its own. */
  readonly series: (job: string) => Promise<ReadonlyArray<Readonly<Record<string, string>>>>;
  /** What a target's page says of it: `health`, `lastError`, `lastSamplesScraped`. */
  readonly target: (job: string) => Promise<Readonly<Record<string, unknown>>>;
  /** Waits until the target was scraped. */
  readonly untilScraped: (job: string) => Promise<void>;
  /** What the server has logged that is a warning or worse. */
  readonly complaints: () => ReadonlyArray<string>;
  /** Ends the server and removes its data. */
  readonly stop: () => Promise<void>;
}

/** The servers to test against: `EXECUTOR_VICTORIA_METRICS`, paths joined by `:`, else the one on the PATH. */
export const findVictoriaMetrics = (): ReadonlyArray<string> => {
  const named = (process.env["EXECUTOR_VICTORIA_METRICS"] ?? "").split(delimiter);
  const paths = named.filter((path) => path !== "");
  if (paths.length === 0) return [Bun.which("victoria-metrics") ?? []].flat();
  return paths.filter((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
};

const patienceMs = 15_000;

/** Starts a server on a free loopback port with an empty database, which scrapes every 200 ms, and waits until it answers. */
export const startVictoriaMetrics = async (
  binary: string,
  jobs: ReadonlyArray<ScrapeJob>,
): Promise<RunningVictoriaMetrics> => {
  const directory = mkdtempSync(join(tmpdir(), "executor-victoria-metrics-"));
  const config = join(directory, "scrape.json");
  const scrapeConfigs = jobs.map(({ job, target, path = "/api/metrics" }) => ({
    job_name: job,
    scrape_interval: "200ms",
    scrape_timeout: "200ms",
    metrics_path: path,
    static_configs: [{ targets: [target] }],
  }));
  writeFileSync(config, JSON.stringify({ scrape_configs: scrapeConfigs }));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = await startProcess({
    name: "VictoriaMetrics",
    command: binary,
    args: [
      `-promscrape.config=${config}`,
      `-storageDataPath=${join(directory, "data")}`,
      `-httpListenAddr=127.0.0.1:${port}`,
      "-memory.allowedBytes=256MiB",
    ],
  });
  const stop = async (): Promise<void> => {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await server.until("it was ready", async () => (await fetch(`${url}/health`)).ok, patienceMs);
  } catch (error) {
    await stop();
    throw error;
  }
  const target = async (job: string) => {
    const answer: unknown = await (await fetch(`${url}/api/v1/targets`)).json();
    const active = list(member(answer, "data", "activeTargets"));
    const found = active.find((candidate) => member(candidate, "labels", "job") === job);
    return isRecord(found) ? found : {};
  };
  return {
    target,
    untilScraped: (job) =>
      server.until(
        `a scrape of ${job}`,
        async () => {
          const { health, lastSamplesScraped } = await target(job);
          return health === "up" && Number(lastSamplesScraped) > 0;
        },
        patienceMs,
      ),
    series: async (job) => {
      await fetch(`${url}/internal/force_flush`);
      const matcher = encodeURIComponent(`{job="${job}",__name__!~"up|scrape_.*"}`);
      const found: unknown = await (await fetch(`${url}/api/v1/series?match[]=${matcher}`)).json();
      return list(member(found, "data")).map((labels) =>
        Object.fromEntries(
          Object.entries(isRecord(labels) ? labels : {}).map(([name, text]) => [
            name,
            String(text),
          ]),
        ),
      );
    },
    complaints: () =>
      server
        .log()
        .split("\n")
        .filter((line) => /\t(warn|error|panic|fatal)\t/.test(line)),
    stop,
  };
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

const member = (value: unknown, ...path: ReadonlyArray<string>): unknown =>
  path.reduce((inner, key) => (isRecord(inner) ? inner[key] : undefined), value);

const list = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : []);
