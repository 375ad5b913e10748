import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inheritedEnvironment, startProcess } from "@executor/testing/process";
import type { RunningProcess } from "@executor/testing/process";
import { freePort } from "@executor/testing";

const repository = join(import.meta.dirname, "..", "..", "..");

export interface DaemonOptions {
  /** Where its data is; a new temporary directory unless given, and removed by `stop` only then. */
  readonly dataDirectory?: string;
  readonly port?: number;
  /** Added to the environment, which holds nothing of Executor's or OpenTelemetry's otherwise. */
  readonly env?: Record<string, string>;
  /** The program, from the repository's root. */
  readonly main?: string;
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body, parsed; throws where it is not JSON. */
  readonly json: () => unknown;
}

export interface Daemon extends Pick<
  RunningProcess,
  "pid" | "log" | "exited" | "kill" | "stop" | "peakMemoryBytes"
> {
  /** Without a slash at its end: `http://127.0.0.1:4788`. */
  readonly url: string;
  readonly port: number;
  readonly dataDirectory: string;
  /** `path` begins with a slash; `body` is sent as JSON. */
  readonly request: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<Reply>;
}

/** The real daemon, healthy. */
export const startDaemon = async (options: DaemonOptions = {}): Promise<Daemon> => {
  const port = options.port ?? (await freePort());
  const dataDirectory = options.dataDirectory ?? (await mkdtemp(join(tmpdir(), "executor-e2e-")));
  const child = await startProcess({
    name: "The daemon",
    command: "bun",
    args: [options.main ?? "apps/local/src/main.ts", "serve"],
    cwd: repository,
    env: {
      ...inheritedEnvironment(),
      // As the start script sets them: a fresh sandbox costs half the time, and freed memory is given back soon.
      BUN_JSC_useWasmFastMemory: "0",
      MIMALLOC_PURGE_DELAY: "10",
      EXECUTOR_DATA_DIR: dataDirectory,
      EXECUTOR_PORT: String(port),
      ...options.env,
    },
  });

  const url = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    await child.stop();
    if (options.dataDirectory === undefined) await rm(dataDirectory, { recursive: true });
  };
  const request: Daemon["request"] = async (method, path, body, headers = {}) => {
    const response = await fetch(url + path, {
      method,
      headers: body === undefined ? headers : { "content-type": "application/json", ...headers },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: (): unknown => JSON.parse(text),
    };
  };

  try {
    await child.until(
      "healthy",
      async () => (await request("GET", "/api/health")).status === 200,
      30_000,
    );
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    port,
    dataDirectory,
    pid: child.pid,
    log: child.log,
    exited: child.exited,
    kill: child.kill,
    peakMemoryBytes: child.peakMemoryBytes,
    stop,
    request,
  };
};
