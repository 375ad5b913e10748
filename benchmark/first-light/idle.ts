import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startProcess } from "@executor/testing/process";
import { startDaemon } from "../../e2e/support/daemon/daemon.ts";
import { freePort } from "@executor/testing";
import { addGitHub } from "./daemons.ts";
import { mebibytes, decimals, ratio, section, table } from "../support/markdown.ts";
import { cpuMillis, residentBytes } from "./process-use.ts";
import { median } from "../support/statistics.ts";

const starts = 7;
const settleMillis = 4_000;
const watchMillis = 4_000;
const repository = join(import.meta.dirname, "..", "..");

interface Idle {
  readonly readyMillis: number;
  readonly bytes: number;
  readonly cpuMillisPerSecond: number;
}

/** Starts a server, waits for its first answer to `path`, lets it be, and stops it. */
const startOnce = async (
  args: ReadonlyArray<string>,
  path: string,
  env: Record<string, string>,
  watch: boolean,
): Promise<Idle> => {
  const port = await freePort();
  const startedAt = performance.now();
  const child = await startProcess({
    name: "The server",
    command: process.execPath,
    args,
    cwd: repository,
    env: { ...process.env, ...env, EXECUTOR_PORT: String(port) },
  });
  try {
    await firstAnswer(`http://127.0.0.1:${port}${path}`, child.hasExited);
    const readyMillis = performance.now() - startedAt;
    if (!watch) return { readyMillis, bytes: Number.NaN, cpuMillisPerSecond: Number.NaN };
    await Bun.sleep(settleMillis);
    const cpuBefore = cpuMillis(child.pid);
    await Bun.sleep(watchMillis);
    return {
      readyMillis,
      bytes: residentBytes(child.pid),
      cpuMillisPerSecond: ((cpuMillis(child.pid) - cpuBefore) * 1000) / watchMillis,
    };
  } finally {
    await child.stop();
  }
};

const firstAnswer = async (url: string, hasExited: () => boolean): Promise<void> => {
  for (;;) {
    if (hasExited()) throw new Error("The server ended before it answered.");
    const isReady = await fetch(url).then(
      (reply) => reply.ok,
      () => false,
    );
    if (isReady) return;
    await Bun.sleep(1);
  }
};

const measure = async (make: (watch: boolean) => Promise<Idle>) => {
  const found: Array<Idle> = [];
  for (let start = 0; start < starts; start += 1) found.push(await make(start < 3));
  const watched = found.slice(0, 3);
  return {
    ready: median(found.map((one) => one.readyMillis)),
    bytes: median(watched.map((one) => one.bytes)),
    cpu: median(watched.map((one) => one.cpuMillisPerSecond)),
  };
};

const empty = `Bun.serve({ hostname: "127.0.0.1", port: Number(process.env.EXECUTOR_PORT), fetch: () => new Response("ok") })`;

/** What a daemon that does nothing costs, beside a server of one line. */
export const benchmarkIdle = async (): Promise<void> => {
  section("Idle");
  const main = ["apps/local/src/main.ts", "serve"];
  const fresh = await mkdtemp(join(tmpdir(), "executor-benchmark-"));
  const filled = await mkdtemp(join(tmpdir(), "executor-benchmark-"));
  try {
    const daemon = await startDaemon({ dataDirectory: filled });
    await addGitHub(daemon);
    await daemon.stop();
    const on = (directory: string) => (watch: boolean) =>
      startOnce(main, "/api/health", { EXECUTOR_DATA_DIR: directory }, watch);
    const withNothing = await measure(on(fresh));
    const withGitHub = await measure(on(filled));
    const server = await measure((watch) => startOnce(["-e", empty], "/", {}, watch));
    table(
      ["median", "start to first answer, ms", "ratio", "RSS, MiB", "ratio", "CPU, ms per second"],
      (
        [
          ["**daemon, no source**", withNothing],
          ["**daemon, GitHub added before**", withGitHub],
          ["`Bun.serve` of one line", server],
        ] as const
      ).map(([name, { ready, bytes, cpu }]) => [
        name,
        decimals(ready),
        ratio(ready, server.ready),
        mebibytes(bytes),
        ratio(bytes, server.bytes),
        decimals(cpu),
      ]),
    );
  } finally {
    await rm(fresh, { recursive: true });
    await rm(filled, { recursive: true });
  }
};
