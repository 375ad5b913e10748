import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CommandResult } from "./command.ts";

const installed = join(import.meta.dirname, "..", "peers", "node_modules");
const patienceMs = 60_000;

/** Runs a program of `e2e/peers` in Bun to its end, in a directory of its own: some write files where they are. */
export const runPeer = async (
  path: string,
  args: ReadonlyArray<string>,
  env: Record<string, string> = {},
): Promise<CommandResult> => {
  const program = join(installed, path);
  if (!existsSync(program)) {
    throw new Error(`${path} is missing. Install the peers: bun install --cwd e2e/peers`);
  }
  const started = performance.now();
  const directory = await mkdtemp(join(tmpdir(), "executor-peer-"));
  const child = Bun.spawn(["bun", program, ...args], {
    cwd: directory,
    env: { ...process.env, HOME: directory, ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    timeout: patienceMs,
    killSignal: "SIGKILL",
  });
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  await rm(directory, { recursive: true });
  return { code, stdout, stderr, seconds: (performance.now() - started) / 1000 };
};
