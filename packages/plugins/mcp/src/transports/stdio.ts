import type { Redactor } from "@executor/sdk";
import {
  type JSONRPCMessage,
  ReadBuffer,
  serializeMessage,
  type Transport,
} from "@modelcontextprotocol/client";
import { spawn } from "node:child_process";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { env as ownEnvironment, kill } from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import type { StdioEndpoint } from "./endpoint.ts";
import { tooLarge } from "../failures.ts";
import type { StdioTransport } from "./connect.ts";
import { Pace } from "./pace.ts";
import { concatenate, RedactedLines } from "./redacted-lines.ts";

/** Environment variables that a program inherits. It gets no others of the daemon's. */
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
const maxStderrChars = 2_000;

/** Bytes of the standard error that are kept: enough that no value stands at the start of the part that is shown. */
const maxStderrBytes = 256 * 1024;

/** Milliseconds that a program has to end after its input is closed, and the same time after SIGTERM. */
const graceMs = 1_000;

/**
 * A transport over a program's standard input and output (MCP 2025-11-25, "stdio"). The program leads a process group, and
 * closing ends the whole group: launchers such as `npx` start further programs, which the SDK's transport would leave behind.
 */
export const stdioTransport = (endpoint: StdioEndpoint, redactor: Redactor): StdioTransport =>
  new ProcessTransport(endpoint, redactor);

class ProcessTransport implements StdioTransport {
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  onmessage?: Transport["onmessage"];
  readonly #endpoint: StdioEndpoint;
  readonly #redactor: Redactor;
  readonly #lines: RedactedLines;
  readonly #pace = new Pace();
  readonly #messages = new ReadBuffer({ maxBufferSize: maxReplyBytes });
  #child: ChildProcessWithoutNullStreams | undefined;
  #exited: Promise<void> = Promise.resolve();
  #exitReason: string | undefined;
  readonly #stderr: Array<Uint8Array> = [];
  #stderrBytes = 0;

  constructor(endpoint: StdioEndpoint, redactor: Redactor) {
    this.#endpoint = endpoint;
    this.#redactor = redactor;
    this.#lines = new RedactedLines(redactor);
  }

  stderrTail(): string {
    const text = new TextDecoder().decode(this.#redactor.bytes(concatenate(this.#stderr)));
    return text.slice(-maxStderrChars).toWellFormed().trim();
  }

  exitReason(): string | undefined {
    return this.#exitReason;
  }

  wasStarted(): boolean {
    return this.#child?.pid !== undefined;
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
          this.#exitReason = errorCode(error);
          reject(error);
          done();
        });
        child.once("exit", (code, signal) => {
          this.#exitReason = signal ?? `exit code ${code}`;
          done();
        });
      });
      child.once("spawn", resolve);
      const read = this.#readAll(child.stdout);
      child.once("close", () => {
        void read.finally(() => this.onclose?.());
      });
      child.stdin.on("error", (error) => this.onerror?.(error));
      child.stderr.on("data", (chunk: Buffer) => this.#keepError(chunk));
    });
  }

  send(message: JSONRPCMessage): Promise<void> {
    const stdin = this.#child?.stdin;
    if ("method" in message && "id" in message) this.#pace.awaitReply();
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
    // Processes that the program started may outlive it.
    signalGroup(child, "SIGKILL");
    await this.#exited;
  }

  #endsWithin(ms: number): Promise<boolean> {
    return Promise.race([this.#exited.then(() => true), sleep(ms, false, { ref: false })]);
  }

  #keepError(chunk: Buffer): void {
    this.#stderr.push(chunk);
    this.#stderrBytes += chunk.byteLength;
    let [first] = this.#stderr;
    while (first !== undefined && this.#stderrBytes - first.byteLength >= maxStderrBytes) {
      this.#stderrBytes -= first.byteLength;
      this.#stderr.shift();
      [first] = this.#stderr;
    }
  }

  /** Reads the output at its pace, to its end. Never rejects. */
  async #readAll(output: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      for await (const chunk of output) {
        for await (const part of this.#pace.parts(chunk)) this.#read(part);
      }
    } catch (error) {
      this.onerror?.(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #read(chunk: Uint8Array): void {
    try {
      this.#messages.append(Buffer.from(this.#lines.push(chunk)));
      if (this.#lines.heldBytes > maxReplyBytes) throw tooLarge(maxReplyBytes);
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
        // Not a message: programs also write banners to their output.
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
    // The whole group has ended, or the platform has no process groups.
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
