import { ReadBuffer, serializeMessage } from "@modelcontextprotocol/sdk/shared/stdio.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
import { spawn } from "node:child_process";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { env as ownEnvironment, kill } from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import type { StdioEndpoint } from "./endpoint.ts";
import type { StdioTransport } from "./stdio-process.ts";
import { tooLarge } from "./reply-body.ts";

/** What a program needs to run at all. Nothing else of the daemon's environment reaches it. */
const inherited = [
  "HOME",
  "LANG",
  "LOGNAME",
  "PATH",
  "SHELL",
  "TERM",
  "TMPDIR",
  "TZ",
  "USER",
  // Windows
  "APPDATA",
  "LOCALAPPDATA",
  "PROGRAMFILES",
  "SYSTEMROOT",
  "TEMP",
  "USERNAME",
  "USERPROFILE",
];

const maxReplyBytes = 10 * 1024 * 1024;
const maxComplaintChars = 2_000;

/** Milliseconds that a program has to end after its input has ended, and again after SIGTERM. */
const graceMs = 1_000;

/**
 * MCP over a program's standard input and output (MCP 2025-11-25, "stdio"). The program leads a process group of its own,
 * and closing ends the whole group: programs are often started by others, such as `npx`, which the SDK's transport would
 * leave behind.
 */
export const stdioTransport = (endpoint: StdioEndpoint): StdioTransport =>
  new ProcessTransport(endpoint);

class ProcessTransport implements StdioTransport {
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  onmessage?: Transport["onmessage"];
  readonly #endpoint: StdioEndpoint;
  readonly #messages = new ReadBuffer({ maxBufferSize: maxReplyBytes });
  #child: ChildProcessWithoutNullStreams | undefined;
  #exited: Promise<void> = Promise.resolve();
  #ending: string | undefined;
  #complaints = "";

  constructor(endpoint: StdioEndpoint) {
    this.#endpoint = endpoint;
  }

  complaints(): string {
    return this.#complaints.trim();
  }

  ending(): string | undefined {
    return this.#ending;
  }

  start(): Promise<void> {
    const { args, command, cwd, env } = this.#endpoint;
    return new Promise((resolve, reject) => {
      const child = spawn(command, args, {
        cwd,
        env: { ...inheritedEnvironment(), ...env },
        stdio: ["pipe", "pipe", "pipe"],
        detached: true,
        windowsHide: true,
      });
      this.#child = child;
      this.#exited = new Promise((done) => {
        child.once("error", (error) => {
          this.#ending = errorCode(error);
          reject(error);
          done();
        });
        child.once("exit", (code, signal) => {
          this.#ending = signal ?? `exit code ${code}`;
          done();
        });
      });
      child.once("spawn", resolve);
      child.once("close", () => this.onclose?.());
      child.stdin.on("error", (error) => this.onerror?.(error));
      child.stdout.on("data", (chunk: Buffer) => this.#read(chunk));
      child.stderr.setEncoding("utf8");
      child.stderr.on("data", (text: string) => {
        this.#complaints = (this.#complaints + text).slice(-maxComplaintChars);
      });
    });
  }

  send(message: JSONRPCMessage): Promise<void> {
    const stdin = this.#child?.stdin;
    return new Promise((resolve, reject) => {
      if (stdin === undefined || !stdin.writable) reject(new Error("The program has ended."));
      else if (stdin.write(serializeMessage(message))) resolve();
      else stdin.once("drain", resolve);
    });
  }

  async close(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    child.stdin.end();
    if (!(await this.#endsWithin(graceMs))) {
      signalGroup(child, "SIGTERM");
      await this.#endsWithin(graceMs);
    }
    // What the program started may outlive it.
    signalGroup(child, "SIGKILL");
    await this.#exited;
  }

  #endsWithin(ms: number): Promise<boolean> {
    return Promise.race([this.#exited.then(() => true), sleep(ms, false, { ref: false })]);
  }

  #read(chunk: Buffer): void {
    try {
      this.#messages.append(chunk);
    } catch {
      this.onerror?.(tooLarge(maxReplyBytes));
      void this.close();
      return;
    }
    for (;;) {
      try {
        const message = this.#messages.readMessage();
        if (message === null) return;
        this.onmessage?.(message);
      } catch (error) {
        // A line that is no message: programs write banners to their output too.
        this.onerror?.(error instanceof Error ? error : new Error(String(error)));
      }
    }
  }
}

const signalGroup = (child: ChildProcessWithoutNullStreams, signal: NodeJS.Signals): void => {
  if (child.pid === undefined) return;
  try {
    kill(-child.pid, signal);
  } catch {
    // Everything in the group has ended, or the platform has no groups.
    child.kill(signal);
  }
};

const inheritedEnvironment = (): Record<string, string> =>
  Object.fromEntries(
    inherited.flatMap((name) => {
      const value = ownEnvironment[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );

const errorCode = (error: Error): string => ("code" in error ? String(error.code) : error.message);
