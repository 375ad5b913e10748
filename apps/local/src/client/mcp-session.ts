import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
import {
  isJSONRPCErrorResponse,
  isJSONRPCResultResponse,
} from "@modelcontextprotocol/sdk/types.js";
import { patient } from "./reach.ts";
import { messagesOf } from "./mcp-messages.ts";

/** What a daemon knows a session by, once `initialize` was answered. */
interface Handshake {
  readonly sessionId: string;
  readonly protocolVersion: string;
}

/** One session with a daemon, over streamable HTTP (MCP 2025-11-25, "Transports"). */
export class DaemonSession {
  readonly #url: string;
  readonly #handshake: Handshake | undefined;
  readonly #leaving: AbortController;

  private constructor(url: string, handshake?: Handshake, leaving = new AbortController()) {
    this.#url = url;
    this.#handshake = handshake;
    this.#leaving = leaving;
  }

  /** Sends `initialize`. Gives its answer, and the session where that is no error. */
  static async begin(
    url: string,
    initialize: JSONRPCMessage,
  ): Promise<{ readonly answer: JSONRPCMessage; readonly session: DaemonSession | undefined }> {
    const response = await new DaemonSession(url).post(initialize);
    const sessionId = response.headers.get("mcp-session-id");
    for await (const answer of messagesOf(response)) {
      if (isJSONRPCErrorResponse(answer)) return { answer, session: undefined };
      if (!isJSONRPCResultResponse(answer)) continue;
      const { protocolVersion } = answer.result;
      if (sessionId === null || typeof protocolVersion !== "string") break;
      return { answer, session: new DaemonSession(url, { sessionId, protocolVersion }) };
    }
    throw new Error("What answers is not this version's daemon.");
  }

  /** Resolves when the daemon has taken the message; its answer may still be to come. */
  post(message: JSONRPCMessage): Promise<Response> {
    return this.#request("POST", message);
  }

  /** Opens the stream of what the daemon says unasked. */
  listen(): Promise<Response> {
    return this.#request("GET");
  }

  /** Tells the daemon that the session is over, which cancels its runs; then lets go of every stream. */
  async end(): Promise<void> {
    const response = await this.#request("DELETE").catch(() => undefined);
    await response?.body?.cancel();
    this.#leaving.abort();
  }

  #request(method: string, message?: JSONRPCMessage): Promise<Response> {
    const headers = new Headers({
      accept: method === "GET" ? "text/event-stream" : "application/json, text/event-stream",
      "executor-transport": "pipe",
    });
    if (message !== undefined) headers.set("content-type", "application/json");
    if (this.#handshake !== undefined) {
      headers.set("mcp-session-id", this.#handshake.sessionId);
      headers.set("mcp-protocol-version", this.#handshake.protocolVersion);
    }
    return fetch(this.#url, {
      ...patient,
      method,
      headers,
      body: message === undefined ? null : JSON.stringify(message),
      signal: this.#leaving.signal,
    });
  }
}
