import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

export interface CommandOptions {
  /** For messages. */
  readonly name: string;
  readonly command: string;
  readonly args: ReadonlyArray<string>;
  readonly cwd?: string | undefined;
  /** The whole environment of the child. */
  readonly env?: Record<string, string | undefined> | undefined;
}

export interface RunningProcess {
  readonly pid: number;
  /** Standard output and standard error so far, in order of arrival. */
  readonly log: () => string;
  /** The exit code, or the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals>;
  readonly hasExited: () => boolean;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** SIGTERM, and SIGKILL for what is still there after ten seconds. */
  readonly stop: () => Promise<void>;
  /** Bytes of the largest resident set so far (`VmHWM` of Linux's /proc). */
  readonly peakMemoryBytes: () => number;
  /** Waits until `probe` answers true; fails with the log when the process ends first or time runs out. */
  readonly until: (what: string, probe: () => Promise<boolean>, timeoutMs: number) => Promise<void>;
}

const graceMs = 10_000;
const pollMs = 50;
const running = new Set<ChildProcess>();

const killAll = (): void => {
  for (const child of running) child.kill("SIGKILL");
};

// Nothing outlives the test file that started it, however that ends: vitest ends the file's own process with SIGTERM.
process.on("exit", killAll);
process.on("SIGTERM", () => {
  killAll();
  process.exit(143);
});

export const startProcess = async (options: CommandOptions): Promise<RunningProcess> => {
  const child = spawn(options.command, options.args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const pid = await spawned(child, options);
  running.add(child);

  let log = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8");
    stream.on("data", (text: string) => {
      log += text;
    });
  }

  let end: number | NodeJS.Signals | undefined;
  const exited = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once("exit", (code, signal) => {
      running.delete(child);
      end = code ?? signal ?? -1;
      resolve(end);
    });
  });
  const hasExited = (): boolean => end !== undefined;
  const kill = (signal: NodeJS.Signals): void => {
    if (!hasExited()) child.kill(signal);
  };

  return {
    pid,
    log: () => log,
    exited,
    hasExited,
    kill,
    stop: async () => {
      kill("SIGTERM");
      const timer = setTimeout(() => kill("SIGKILL"), graceMs);
      await exited;
      clearTimeout(timer);
    },
    peakMemoryBytes: () => peakMemoryBytes(pid),
    until: async (what, probe, timeoutMs) => {
      const deadline = Date.now() + timeoutMs;
      while (!(await probe().catch(() => false))) {
        if (hasExited()) {
          throw new Error(`${options.name} ended (${end}) before ${what}. Its log:\n${log}`);
        }
        if (Date.now() > deadline) {
          throw new Error(`${options.name}: no ${what} in ${timeoutMs} ms. Its log:\n${log}`);
        }
        await sleep(pollMs);
      }
    },
  };
};

const spawned = (child: ChildProcess, options: CommandOptions): Promise<number> =>
  new Promise((resolve, reject) => {
    child.once("error", (cause) => {
      reject(new Error(`${options.name} did not start: ${cause.message}`, { cause }));
    });
    child.once("spawn", () => resolve(child.pid ?? -1));
  });

const peakMemoryBytes = (pid: number): number => {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  if (kibibytes === undefined) throw new Error(`/proc/${pid}/status holds no VmHWM.`);
  return Number(kibibytes) * 1024;
};
/** The environment of this process without what is Executor's or OpenTelemetry's, and would decide how a child behaves. */
export const inheritedEnvironment = (): Record<string, string | undefined> =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(EXECUTOR|OTEL)_/.test(name)),
  );

/**
 * Milliseconds that the machine's other load may add to a time that a test measures: twenty times the time that an empty
 * process takes now, about half a second on an idle machine.
 */
export const machineSlackMs = async (): Promise<number> => {
  const started = performance.now();
  await Bun.spawn([process.execPath, "-e", "0"]).exited;
  return 20 * (performance.now() - started);
};
