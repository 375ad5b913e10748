import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { list, member } from "./json.ts";
import { findPrograms, startMetricsServer } from "./metrics-server.ts";

/** Files of a collector that speaks HTTPS and asks for a certificate of the client. */
export interface CollectorTls {
  readonly cert: string;
  readonly key: string;
  /** Authorities of clients. */
  readonly ca: string;
}

export interface Collector {
  /** The base for all signals, without a slash at its end. */
  readonly url: string;
  /** Every `ResourceMetrics`, `ResourceSpans` or `ResourceLogs` that it took, in the form of OTLP's JSON, in order of arrival. */
  readonly taken: (signal: "metrics" | "traces" | "logs") => ReadonlyArray<unknown>;
  /** Warnings and errors in its log. */
  readonly complaints: () => ReadonlyArray<string>;
  readonly stop: () => Promise<void>;
}

const resourceFields = {
  metrics: "resourceMetrics",
  traces: "resourceSpans",
  logs: "resourceLogs",
} as const;

/** The OpenTelemetry Collectors of `.ci/receivers` to test against: `EXECUTOR_OTEL_COLLECTOR`, paths joined by `:`. */
export const findCollectors = (): ReadonlyArray<string> => findPrograms("EXECUTOR_OTEL_COLLECTOR");

/** Starts a collector on a free loopback port, which keeps what it takes of every signal, and waits until it is ready. */
export const startCollector = async (binary: string, tls?: CollectorTls): Promise<Collector> => {
  let file = "";
  const { url, logged, stop } = await startMetricsServer({
    name: "The collector",
    binary,
    args: (directory, port) => {
      file = join(directory, "taken.jsonl");
      const config = join(directory, "collector.json");
      writeFileSync(config, JSON.stringify(configuration(file, port, tls)));
      return [`--config=file:${config}`];
    },
    ready: (log) => log.includes("Everything is ready"),
  });
  return {
    url: tls === undefined ? url : url.replace("http:", "https:"),
    taken: (signal) =>
      (existsSync(file) ? readFileSync(file, "utf8") : "")
        .split("\n")
        // The last line may be under way.
        .slice(0, -1)
        .flatMap((line) => list(member(JSON.parse(line), resourceFields[signal]))),
    complaints: () => logged(/"level":"(warn|error|fatal)"/),
    stop,
  };
};

const configuration = (file: string, port: number, tls: CollectorTls | undefined) => ({
  receivers: {
    otlp: {
      protocols: {
        http: {
          endpoint: `127.0.0.1:${port}`,
          ...(tls && { tls: { cert_file: tls.cert, key_file: tls.key, client_ca_file: tls.ca } }),
        },
      },
    },
  },
  exporters: { file: { path: file } },
  service: {
    pipelines: Object.fromEntries(
      ["metrics", "traces", "logs"].map((signal) => [
        signal,
        { receivers: ["otlp"], exporters: ["file"] },
      ]),
    ),
  },
});
