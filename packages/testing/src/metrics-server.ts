import { accessSync, constants, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { freePort } from "./free-port.ts";
import { startProcess } from "./process.ts";
import type { RunningProcess } from "./process.ts";

/** A target of a server's scrapes. */
export interface ScrapeJob {
  readonly job: string;
  /** `host:port`; absent where the settings say how targets are discovered. */
  readonly target?: string;
  /** `/api/metrics` unless given. */
  readonly path?: string;
  /** A file that holds the token to scrape with. */
  readonly credentialsFile?: string;
  /** Further settings of Prometheus's `scrape_config`, such as `params`. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

export interface MetricsServer {
  readonly url: string;
  readonly log: () => string;
  readonly until: RunningProcess["until"];
  /** Lines of the log that match. */
  readonly logged: (pattern: RegExp) => ReadonlyArray<string>;
  /** Ends the server and removes its data. */
  readonly stop: () => Promise<void>;
}

export interface MetricsServerOptions {
  /** For messages. */
  readonly name: string;
  readonly binary: string;
  /** The arguments, given a new directory for the server's files and a free loopback port. */
  readonly args: (directory: string, port: number) => ReadonlyArray<string>;
  /** A path that answers 2xx once the server is ready, or what its log says then. */
  readonly ready: string | ((log: string) => boolean);
}

/** Milliseconds; real servers start slowly on a busy machine. */
export const serverTimeoutMs = 60_000;

/** Starts a server with an empty database on a free loopback port, and waits until it is ready. */
export const startMetricsServer = async ({
  name,
  binary,
  args,
  ready,
}: MetricsServerOptions): Promise<MetricsServer> => {
  const directory = mkdtempSync(join(tmpdir(), "executor-metrics-server-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = await startProcess({ name, command: binary, args: args(directory, port) });
  const stop = async (): Promise<void> => {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    const isReady = async () =>
      typeof ready === "string" ? (await fetch(url + ready)).ok : ready(server.log());
    await server.until("it was ready", isReady, serverTimeoutMs);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    log: server.log,
    until: server.until,
    logged: (pattern) =>
      server
        .log()
        .split("\n")
        .filter((line) => pattern.test(line)),
    stop,
  };
};

/**
 * Programs to test with: the executable paths that an environment variable joins by `:`, else the one on the PATH where there
 * is a name to look for.
 */
export const findPrograms = (variable: string, name?: string): ReadonlyArray<string> => {
  const paths = (process.env[variable] ?? "").split(delimiter).filter((path) => path !== "");
  if (paths.length > 0) return paths.filter(isExecutable);
  const found = name === undefined ? null : Bun.which(name);
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
