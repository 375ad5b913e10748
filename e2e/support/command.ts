import { join } from "node:path";

const repository = join(import.meta.dirname, "..", "..");

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

const patienceMs = 20_000;

/** Runs `executor` with these arguments to its end; one that does not end is killed after twenty seconds. */
export const runExecutor = async (
  args: ReadonlyArray<string>,
  { env = {}, stdin = "" }: CommandInput = {},
): Promise<CommandResult> => {
  const started = performance.now();
  const inherited = Object.entries(process.env).filter(([name]) => !/^(EXECUTOR|OTEL)_/.test(name));
  const child = Bun.spawn(["bun", "apps/local/src/main.ts", ...args], {
    cwd: repository,
    env: { ...Object.fromEntries(inherited), ...env },
    stdin: new TextEncoder().encode(stdin),
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
  return { code, stdout, stderr, seconds: (performance.now() - started) / 1000 };
};
