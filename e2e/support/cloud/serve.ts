import { join } from "node:path";
import { startProcess } from "@executor/testing/process";
import type { RunningProcess } from "@executor/testing/process";
import { freePort } from "@executor/testing";

const script = join(import.meta.dirname, "..", "..", "..", "apps", "cloud", "scripts", "serve.ts");

export interface ServedCloud extends RunningProcess {
  /** Without a slash at its end. */
  readonly url: string;
}

/** The cloud app as `bun run cloud` starts it, when it has said how to use it. */
export const serveCloud = async (
  dataDirectory: string,
  env: Readonly<Record<string, string>> = {},
): Promise<ServedCloud> => {
  const port = await freePort();
  const child = await startProcess({
    name: "bun run cloud",
    command: "bun",
    args: [script],
    env: {
      ...process.env,
      EXECUTOR_CLOUD_PORT: String(port),
      EXECUTOR_CLOUD_DATA_DIR: dataDirectory,
      ...env,
    },
  });
  await child.until("guide", () => Promise.resolve(child.log().includes("Ctrl-C")), 60_000);
  return { ...child, url: `http://127.0.0.1:${port}` };
};
