import {
  isInitializedNotification,
  isInitializeRequest,
  isJSONRPCErrorResponse,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  isSpecType,
  PROTOCOL_VERSION_META_KEY,
  SdkHttpError,
  StreamableHTTPClientTransport,
} from "@modelcontextprotocol/client";
import type { JSONRPCMessage, RequestId } from "@modelcontextprotocol/client";
import { StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import { setTimeout as sleep } from "node:timers/promises";
import { mcpPath } from "../server/config.ts";
import { isRefused, noDaemon } from "./daemon.ts";
import {
  errorMessage,
  fetchReply,
  lost,
  parseError,
  sessionLost,
  transportError,
} from "./mcp-reply.ts";

/** How long answers may take once standard input has ended. */
const graceMillis = 1_000;
const notOurs = "The process that answers is not an Executor daemon of this version.";

/** Serves the client that started this process. It leaves by closing standard input (MCP 2025-11-25, "Lifecycle") or by dying. */
export const serveStdio = (port: number): { left: Promise<void>; end: () => Promise<void> } => {
  const stdio = new PatientStdio();
  const bridge = new McpBridge(stdio, port);
  const left = new Promise<void>((resolve) => {
    stdio.onclose = resolve;
    process.stdout.once("error", () => resolve());
  });
  return { left: stdio.start().then(() => left), end: () => bridge.end() };
};

/** A transport that can still answer after standard input has ended, which closes the SDK's own. */
class PatientStdio extends StdioServerTransport {
  override async close(): Promise<void> {
    this.onclose?.();
  }

  /** Closes it for good. */
  finish(): Promise<void> {
    return super.close();
  }
}

/**
 * Pipes a client's stdio transport into the daemon's streamable HTTP transport. Every request of the client gets one
 * answer, also where the daemon ends; a session that a restarted daemon does not know is opened anew. Messages of a client
 * without a session pass on their own.
 */
class McpBridge {
  readonly #stdio: PatientStdio;
  readonly #port: number;
  /** Messages are sent one after another, so that none overtakes another. */
  #outgoing: Promise<unknown> = Promise.resolve();
  #initialize: JSONRPCMessage | undefined;
  #daemon: StreamableHTTPClientTransport | undefined;
  /** Carries what belongs to no session. */
  #stateless: StreamableHTTPClientTransport | undefined;
  /** Requests under way that belong to no session: leaving one's reply cancels it. */
  readonly #leaving = new Map<RequestId, AbortController>();
  readonly #unanswered = new Set<RequestId>();
  /** Called when the last request has its answer. */
  #onAnswered: (() => void) | undefined;

  /** A bridge between a client on `stdio` and the daemon on `port`; it reports problems on standard error. */
  constructor(stdio: PatientStdio, port: number) {
    this.#stdio = stdio;
    this.#port = port;
    stdio.onmessage = (message) => this.#receive(message);
    stdio.onerror = (error) => {
      console.error(`A line on standard input is not a message of MCP's: ${error.message}`);
      void stdio.send(errorMessage(undefined, "Not a JSON-RPC message.", parseError));
    };
  }

  /** Sends the messages that were received, gives prompt answers a second, then ends the session, which cancels its runs. */
  async end(): Promise<void> {
    await this.#outgoing;
    if (this.#unanswered.size > 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#onAnswered = resolve;
      await Promise.race([promise, sleep(graceMillis, undefined, { ref: false })]);
    }
    this.#unanswered.clear();
    // A daemon that is away has no session left to end.
    await this.#daemon?.terminateSession().catch(() => undefined);
    await this.#daemon?.close();
    await this.#stateless?.close();
    await this.#stdio.finish();
  }

  #receive(message: JSONRPCMessage): void {
    if (isJSONRPCRequest(message)) this.#unanswered.add(message.id);
    const cancelled = cancelledRequest(message);
    if (cancelled !== undefined) this.#unanswered.delete(cancelled);
    const leaving = cancelled === undefined ? undefined : this.#leaving.get(cancelled);
    if (cancelled !== undefined && leaving !== undefined) {
      leaving.abort();
      this.#leaving.delete(cancelled);
      return;
    }
    this.#outgoing = isStateless(message)
      ? Promise.all([this.#outgoing, this.#answered(message, this.#pass(message))])
      : this.#outgoing.then(() => this.#answered(message, this.#forward(message)));
  }

  /** Waits until a message is sent; where it cannot be, its answer is an error. */
  #answered(message: JSONRPCMessage, sent: Promise<void>): Promise<void> {
    return sent.catch(async (error: unknown) => {
      if (!isJSONRPCRequest(message)) return;
      await this.#toClient(errorMessage(message.id, this.#explain(error)));
    });
  }

  async #pass(message: JSONRPCMessage): Promise<void> {
    if (this.#stateless === undefined) {
      this.#stateless = this.#transport();
      this.#stateless.onmessage = (answer) => void this.#toClient(answer);
      await this.#stateless.start();
    }
    const leaving = new AbortController();
    if (isJSONRPCRequest(message)) this.#leaving.set(message.id, leaving);
    await this.#stateless.send(message, { requestSignal: leaving.signal });
  }

  async #forward(message: JSONRPCMessage): Promise<void> {
    if (isInitializeRequest(message)) {
      this.#initialize = message;
      await this.#toClient(await this.#open(message));
      return;
    }
    const daemon = this.#daemon ?? (await this.#reopen());
    try {
      await daemon.send(message);
    } catch (error) {
      if (!(error instanceof SdkHttpError) || error.status !== sessionLost) throw error;
      const reopened = await this.#reopen();
      if (!isInitializedNotification(message)) await reopened.send(message);
    }
  }

  /** Opens a session with the daemon. Returns the answer to `initialize`, which may be an error. */
  async #open(initialize: JSONRPCMessage): Promise<JSONRPCMessage> {
    await this.#daemon?.close();
    this.#daemon = undefined;
    const daemon = this.#transport();
    const { promise, resolve } = Promise.withResolvers<JSONRPCMessage>();
    daemon.onmessage = (message) => {
      if (isJSONRPCResultResponse(message) || isJSONRPCErrorResponse(message)) resolve(message);
    };
    await daemon.start();
    await daemon.send(initialize);
    const answer = await promise;
    if (!isJSONRPCResultResponse(answer)) return answer;
    const { protocolVersion } = answer.result;
    if (daemon.sessionId === undefined || typeof protocolVersion !== "string") {
      throw new Error(notOurs);
    }
    daemon.setProtocolVersion(protocolVersion);
    daemon.onmessage = (message) => void this.#toClient(message);
    this.#daemon = daemon;
    return answer;
  }

  #transport(): StreamableHTTPClientTransport {
    return new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${this.#port}${mcpPath}`), {
      fetch: fetchReply,
      requestInit: { headers: { "executor-transport": "pipe" } },
      reconnectionOptions: {
        initialReconnectionDelay: 1_000,
        maxReconnectionDelay: 1_000,
        reconnectionDelayGrowFactor: 1,
        maxRetries: Number.POSITIVE_INFINITY,
      },
    });
  }

  /** Opens a session that is new to the daemon and unknown to the client, as after a restart of the daemon. */
  async #reopen(): Promise<StreamableHTTPClientTransport> {
    if (this.#initialize === undefined) {
      throw new Error("The first message of a session is initialize. Send it before others.");
    }
    const answer = await this.#open(this.#initialize);
    if (this.#daemon === undefined) {
      throw new Error(isJSONRPCErrorResponse(answer) ? answer.error.message : notOurs);
    }
    await this.#daemon.send({ jsonrpc: "2.0", method: "notifications/initialized" });
    return this.#daemon;
  }

  /** Sends a message to the client, except an answer that it no longer waits for. */
  async #toClient(message: JSONRPCMessage): Promise<void> {
    const isError = isJSONRPCErrorResponse(message);
    if (isError || isJSONRPCResultResponse(message)) {
      if (message.id === undefined || !this.#unanswered.delete(message.id)) return;
      this.#leaving.delete(message.id);
    }
    if (isError && message.error.code === transportError) console.error(message.error.message);
    await this.#stdio.send(message);
    if (this.#unanswered.size === 0) this.#onAnswered?.();
  }

  #explain(error: unknown): string {
    if (isRefused(error)) return noDaemon(this.#port);
    if (error instanceof SdkHttpError) return notOurs;
    if (!(error instanceof Error)) return String(error);
    return "code" in error ? lost : error.message;
  }
}

const cancelledRequest = (message: JSONRPCMessage): RequestId | undefined =>
  isSpecType.CancelledNotification(message) ? message.params.requestId : undefined;

/** Whether a message names its revision of MCP itself, as all do since 2026-07-28: it belongs to no session. */
const isStateless = (message: JSONRPCMessage): boolean =>
  "method" in message && message.params?._meta?.[PROTOCOL_VERSION_META_KEY] !== undefined;
