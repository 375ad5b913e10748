import type { Redactor } from "@executor/sdk";
import {
  type JSONRPCMessage,
  serializeMessage,
  type Transport,
} from "@modelcontextprotocol/client";
import { spawn } from "node:child_process";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { Buffer } from "node:buffer";
import { env as ownEnvironment, kill } from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import type { StdioEndpoint } from "./endpoint.ts";
import { McpFailure, tooLarge } from "../failures.ts";
import type { StdioTransport } from "./connect.ts";
import { ErrorOutput } from "./error-output.ts";
import { inheritedEnvironment } from "./inherited-environment.ts";
import { Pace } from "./pace.ts";
import { readMessage } from "./read-message.ts";
import { RedactedLines } from "./redacted-lines.ts";

const maxReplyBytes = 10 * 1024 * 1024;

/** Bytes that may wait until the program reads its input. */
const maxUnreadBytes = 16 * 1024 * 1024;

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
  #child: ChildProcessWithoutNullStreams | undefined;
  #exited: Promise<void> = Promise.resolve();
  #exitReason: string | undefined;
  /** Bun's `writableLength` is 0 always. */
  #unreadBytes = 0;
  readonly #stderr = new ErrorOutput();

  constructor(endpoint: StdioEndpoint, redactor: Redactor) {
    this.#endpoint = endpoint;
    this.#redactor = redactor;
    this.#lines = new RedactedLines(redactor);
  }

  errorOutput(): string {
    return this.#stderr.text(this.#redactor);
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
        env: { ...inheritedEnvironment(ownEnvironment), ...env },
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
      child.stderr.on("data", (chunk: Buffer) => this.#stderr.keep(chunk));
    });
  }

  async send(message: JSONRPCMessage): Promise<void> {
    const stdin = this.#child?.stdin;
    if ("method" in message && "id" in message) this.#pace.awaitReply();
    if (stdin === undefined || !stdin.writable) throw new Error("The program has ended.");
    if (this.#unreadBytes > maxUnreadBytes) throw unread;
    const line = Buffer.from(serializeMessage(message));
    this.#unreadBytes += line.length;
    await new Promise<void>((resolve, reject) => {
      stdin.write(line, (error) => {
        this.#unreadBytes -= line.length;
        if (error) reject(error);
        else resolve();
      });
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
    const lines = decoder.decode(this.#lines.push(chunk)).split("\n");
    const longest = Math.max(this.#lines.heldBytes, ...lines.map(({ length }) => length));
    if (longest > maxReplyBytes) {
      this.onerror?.(tooLarge(maxReplyBytes));
      void this.close();
      return;
    }
    for (const line of lines) {
      const message = readMessage(line);
      if (message !== undefined) this.onmessage?.(message);
    }
  }
}

const unread = new McpFailure({
  reason: "connection_error",
  message: `The program does not read its input: ${maxUnreadBytes / 1024 / 1024} MiB wait already, and nothing more was sent. Try again later, or restart it by editing the source.`,
});

const decoder = new TextDecoder();

const signalGroup = (child: ChildProcessWithoutNullStreams, signal: NodeJS.Signals): void => {
  if (child.pid === undefined) return;
  try {
    kill(-child.pid, signal);
  } catch {
    // The whole group has ended, or the platform has no process groups.
    child.kill(signal);
  }
};

const errorCode = (error: Error): string => ("code" in error ? String(error.code) : error.message);
