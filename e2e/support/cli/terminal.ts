import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { inheritedEnvironment } from "@executor/testing/process";

const repository = join(import.meta.dirname, "..", "..", "..");
const timeoutMs = 60_000;
const pollMs = 50;

export interface TerminalOptions {
  readonly columns?: number;
  readonly rows?: number;
  /** Added to an environment that holds nothing of Executor's or OpenTelemetry's. */
  readonly env?: Record<string, string>;
}

export interface TerminalSession {
  /** Everything that was written so far, with its control sequences. */
  readonly output: () => string;
  /** Waits until the output from the last awaited text on holds this one; fails after thirty seconds. */
  readonly until: (text: string) => Promise<void>;
  /** Presses keys. */
  readonly type: (keys: string) => void;
  readonly exited: Promise<number>;
}

export const keys = { enter: "\r", up: "\u001b[A", down: "\u001b[B", ctrlC: "\u0003" } as const;

/** Runs `executor` with these arguments on a pseudo-terminal, as a person would. */
export const runInTerminal = (
  args: ReadonlyArray<string>,
  { columns = 100, rows = 30, env = {} }: TerminalOptions = {},
): TerminalSession => {
  const decoder = new TextDecoder();
  let output = "";
  let awaited = 0;
  const child = Bun.spawn(["bun", "apps/local/src/main.ts", ...args], {
    cwd: repository,
    env: { ...inheritedEnvironment(), NO_COLOR: undefined, FORCE_COLOR: undefined, ...env },
    timeout: 2 * timeoutMs,
    killSignal: "SIGKILL",
    terminal: {
      cols: columns,
      rows,
      data: (_terminal, bytes) => {
        output += decoder.decode(bytes, { stream: true });
      },
    },
  });
  return {
    output: () => output,
    until: async (text) => {
      const deadline = Date.now() + timeoutMs;
      while (!output.includes(text, awaited)) {
        if (Date.now() > deadline) {
          throw new Error(`"${text}" was not shown. Shown last:\n${output.slice(-2_000)}`);
        }
        await sleep(pollMs);
      }
      awaited = output.indexOf(text, awaited) + text.length;
    },
    type: (text) => {
      child.terminal?.write(text);
    },
    exited: child.exited,
  };
};
