import { expect } from "@effect/vitest";
import { runExecutor } from "./command.ts";
import type { CommandInput, CommandResult } from "./command.ts";
import type { Daemon } from "../daemon/daemon.ts";

export interface Cli {
  /** Runs a command against the daemon. */
  readonly executor: (args: ReadonlyArray<string>, input?: CommandInput) => Promise<CommandResult>;
  /** What the daemon's API answers; `path` is below `/api`. */
  readonly api: (path: string) => Promise<unknown>;
}

export const cliOf = (daemon: Daemon): Cli => ({
  executor: (args, input = {}) => runExecutor([...args, "--port", String(daemon.port)], input),
  api: async (path) => (await daemon.request("GET", `/api${path}`)).json(),
});

/** What a command printed that did what it was asked for, and had nothing to complain about. */
export const expectSuccess = (result: CommandResult): string => {
  expect({ code: result.code, stderr: result.stderr }).toEqual({ code: 0, stderr: "" });
  return result.stdout;
};

export const expectJson = (result: CommandResult): unknown => JSON.parse(expectSuccess(result));

/** A command that printed nothing but why it failed. */
export const expectFailure = (result: CommandResult, code: number, says: RegExp): void => {
  expect({ code: result.code, stdout: result.stdout }).toEqual({ code, stdout: "" });
  expect(result.stderr.trim()).toMatch(says);
};
