import { join } from "node:path";
import { inheritedEnvironment } from "@executor/testing/process";

const repository = join(import.meta.dirname, "..", "..", "..");

export interface CommandResult {
  /** The exit code; 128 and the signal's number where a signal ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

export interface CommandInput {
  /** Added to an environment that holds nothing of Executor's or OpenTelemetry's. */
  readonly env?: Record<string, string>;
  readonly stdin?: string;
}

const timeoutMs = 60_000;

/** Runs `executor` with these arguments to its end; one that does not end is killed after a minute. */
export const runExecutor = (
  args: ReadonlyArray<string>,
  { env = {}, stdin = "" }: CommandInput = {},
): Promise<CommandResult> =>
  runToEnd(["bun", "apps/local/src/main.ts", ...args], {
    cwd: repository,
    env: { ...inheritedEnvironment(), ...env },
    stdin: new TextEncoder().encode(stdin),
    timeout: timeoutMs,
  });

export interface RunOptions {
  readonly cwd: string;
  /** The whole environment. */
  readonly env: Record<string, string | undefined>;
  readonly stdin: Uint8Array;
  /** Milliseconds after which it is killed. */
  readonly timeout: number;
}

/** Runs a program to its end. */
export const runToEnd = async (
  command: Array<string>,
  options: RunOptions,
): Promise<CommandResult> => {
  const started = performance.now();
  const child = Bun.spawn(command, {
    ...options,
    stdout: "pipe",
    stderr: "pipe",
    killSignal: "SIGKILL",
  });
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, stdout, stderr, seconds: (performance.now() - started) / 1000 };
};
