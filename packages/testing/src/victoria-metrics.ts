import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { isRecord, list, member, texts } from "./json.ts";
import { findPrograms, serverTimeoutMs, startMetricsServer } from "./metrics-server.ts";
import type { MetricsServer, ScrapeJob } from "./metrics-server.ts";

export interface VictoriaMetrics extends Pick<MetricsServer, "url" | "stop" | "until"> {
  /** Warnings and errors in the server's log. */
  readonly complaints: () => ReadonlyArray<string>;
}

export interface ScrapingVictoriaMetrics extends VictoriaMetrics {
  /** The labels of every stored series of a job, without the series that the server adds itself. */
  readonly series: (job: string) => Promise<ReadonlyArray<Readonly<Record<string, string>>>>;
  /** The state of a target: `health`, `lastError`, `lastSamplesScraped`. */
  readonly target: (job: string) => Promise<Readonly<Record<string, unknown>>>;
  /** Waits until the target was scraped. */
  readonly untilScraped: (job: string) => Promise<void>;
}

/** The servers to test against: `EXECUTOR_VICTORIA_METRICS`, paths joined by `:`, else the one on the PATH. */
export const findVictoriaMetrics = (): ReadonlyArray<string> =>
  findPrograms("EXECUTOR_VICTORIA_METRICS", "victoria-metrics");

/** Starts a server on a free loopback port with an empty database; `flags` gives further arguments for its directory. */
export const startVictoriaMetrics = async (
  binary: string,
  flags: (directory: string) => ReadonlyArray<string>,
): Promise<VictoriaMetrics> => {
  const { url, until, logged, stop } = await startMetricsServer({
    name: "VictoriaMetrics",
    binary,
    args: (directory, port) => [
      `-storageDataPath=${join(directory, "data")}`,
      `-httpListenAddr=127.0.0.1:${port}`,
      "-memory.allowedBytes=256MiB",
      ...flags(directory),
    ],
    ready: "/health",
  });
  return { url, until, stop, complaints: () => logged(/\t(warn|error|panic|fatal)\t/) };
};

/** Starts a server that scrapes every 200 ms. */
export const startScrapingVictoriaMetrics = async (
  binary: string,
  jobs: ReadonlyArray<ScrapeJob>,
): Promise<ScrapingVictoriaMetrics> => {
  const scrapeConfigs = jobs.map(({ job, target, path = "/api/metrics" }) => ({
    job_name: job,
    scrape_interval: "200ms",
    scrape_timeout: "200ms",
    metrics_path: path,
    static_configs: [{ targets: [target] }],
  }));
  const server = await startVictoriaMetrics(binary, (directory) => {
    const config = join(directory, "scrape.json");
    writeFileSync(config, JSON.stringify({ scrape_configs: scrapeConfigs }));
    return [`-promscrape.config=${config}`];
  });
  const { url } = server;
  const target = async (job: string) => {
    const answer: unknown = await (await fetch(`${url}/api/v1/targets`)).json();
    const active = list(member(answer, "data", "activeTargets"));
    const found = active.find((candidate) => member(candidate, "labels", "job") === job);
    return isRecord(found) ? found : {};
  };
  return {
    ...server,
    target,
    untilScraped: (job) =>
      server.until(
        `a scrape of ${job}`,
        async () => {
          const { health, lastSamplesScraped } = await target(job);
          return health === "up" && Number(lastSamplesScraped) > 0;
        },
        serverTimeoutMs,
      ),
    series: async (job) => {
      await fetch(`${url}/internal/force_flush`);
      const matcher = encodeURIComponent(`{job="${job}",__name__!~"up|scrape_.*"}`);
      const found: unknown = await (await fetch(`${url}/api/v1/series?match[]=${matcher}`)).json();
      return list(member(found, "data")).map(texts);
    },
  };
};
