import { existsSync } from "node:fs";
import { join } from "node:path";
import { startProcess } from "@executor/testing/process";
import type { RunningProcess } from "@executor/testing/process";
import { freePort } from "@executor/testing";

const installed = join(import.meta.dirname, "..", "..", "peers", "node_modules");

export const peer = (path: string): string => {
  const file = join(installed, path);
  if (!existsSync(file)) {
    throw new Error(`${path} is missing. Install the peers: bun install --cwd e2e/peers`);
  }
  return file;
};

/** GitHub's whole description, OpenAPI 3.0: 13 MB, 1,223 operations. */
export const githubDescription = (): string =>
  peer("@octokit/openapi/generated/api.github.com.json");

export interface Upstream extends Pick<RunningProcess, "pid" | "log" | "stop"> {
  /** Without a slash at its end. */
  readonly url: string;
}

/**
 * Prism, answering for the OpenAPI document at this path as a real upstream does: the description's examples for valid
 * requests (200), 422 for requests that break the description, 404 for paths outside it. A request chooses another
 * documented answer with `Prefer: code=404`, and generated data with `Prefer: dynamic=true`.
 * It takes some seconds per 10 MB of description to start.
 */
export const startPrism = async (document: string): Promise<Upstream> => {
  const port = await freePort();
  const child = await startProcess({
    name: "Prism",
    // Node takes half the memory of Bun here.
    command: "node",
    args: [
      peer("@stoplight/prism-cli/dist/index.js"),
      "mock",
      "--host",
      "127.0.0.1",
      "--port",
      String(port),
      "--verboseLevel",
      "warn",
      document,
    ],
  });
  const url = `http://127.0.0.1:${port}`;
  try {
    await child.until("answer", async () => (await fetch(url)).status > 0, 120_000);
  } catch (error) {
    await child.stop();
    throw error;
  }
  return { url, pid: child.pid, log: child.log, stop: child.stop };
};
