import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runToEnd } from "../cli/command.ts";
import type { CommandResult } from "../cli/command.ts";
import { peer } from "../upstreams/peers.ts";

const patienceMs = 60_000;

/** Runs a program of `e2e/peers` in Bun to its end, in a directory of its own: some write files where they are. */
export const runPeer = async (
  path: string,
  args: ReadonlyArray<string>,
): Promise<CommandResult> => {
  const program = peer(path);
  const directory = await mkdtemp(join(tmpdir(), "executor-peer-"));
  const result = await runToEnd(["bun", program, ...args], {
    cwd: directory,
    env: { ...process.env, HOME: directory },
    stdin: new Uint8Array(),
    timeout: patienceMs,
  });
  await rm(directory, { recursive: true });
  return result;
};
