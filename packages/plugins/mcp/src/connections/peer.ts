import { isJsonObject, isTooDeep } from "@executor/sdk";
import type { Json, JsonObject } from "@executor/sdk";
import type { JSONRPCMessage, Transport } from "@modelcontextprotocol/client";
import {
  closed,
  invalidResponse,
  type McpFailure,
  nestedTooDeep,
  refusedRequest,
} from "../failures.ts";
import { Outbox } from "./outbox.ts";
import { Turns } from "./turns.ts";

/** Requests of one connection that are under way at the same time. Others wait: this process can have 256 over HTTP, for all servers. */
const maxRequests = 32;

/** Requests of a server that wait for their answer at the same time. Others are refused. */
const maxAsked = 100;

/** A request of JSON-RPC 2.0. */
export interface RpcRequest {
  readonly method: string;
  readonly params?: JsonObject | undefined;
}

/** An error that answers a request of the server (JSON-RPC 2.0, section 5.1). */
export class RpcRefusal extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

export interface PeerEvents {
  /** Gives the result of a server's request; rejects with an {@link RpcRefusal}. `withdrawn` aborts when the server no longer waits. */
  readonly onRequest: (request: RpcRequest, withdrawn: AbortSignal) => Promise<JsonObject>;
  readonly onNotification: (notification: RpcRequest) => void;
  readonly onClose: () => void;
  readonly onError: (error: Error) => void;
  /** The server does not let the connection go on. */
  readonly onUnusable: (failure: McpFailure) => void;
}

export interface RequestOptions {
  /** Withdraws the request; the server is told. */
  readonly signal: AbortSignal;
  /** Headers of this request, beside those of the transport. Only over HTTP. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Called when the reply can be resumed if its stream breaks. */
  readonly onResumable?: (() => void) | undefined;
  /** Called when the stream of the reply has ended, the reply come or not. Only over HTTP. */
  readonly onStreamEnd?: (() => void) | undefined;
}

/**
 * A JSON-RPC peer over a transport. It takes every result as it comes: what a server may leave out or get wrong is for the reader of
 * each result, so that one bad member costs no whole reply.
 */
export class Peer {
  readonly #transport: Transport;
  readonly #events: PeerEvents;
  readonly #awaited = new Map<number, PromiseWithResolvers<JsonObject>>();
  readonly #asked = new Map<string | number, AbortController>();
  readonly #turns = new Turns(maxRequests);
  readonly #outbox: Outbox;
  #lastId = 0;
  #envelope: JsonObject | undefined;

  constructor(transport: Transport, events: PeerEvents) {
    this.#transport = transport;
    this.#events = events;
    this.#outbox = new Outbox({
      send: (message, requestSignal) => transport.send(message, { requestSignal }),
      onFull: events.onUnusable,
    });
    transport.onmessage = (message) => this.#receive(message);
    transport.onerror = events.onError;
    transport.onclose = () => {
      for (const reply of this.#awaited.values()) reply.reject(closed);
      for (const asked of this.#asked.values()) asked.abort();
      this.#awaited.clear();
      this.#outbox.close();
      events.onClose();
    };
  }

  start(): Promise<void> {
    return this.#transport.start();
  }

  /** From now on every request carries this in its `_meta` (MCP 2026-07-28), and is withdrawn as that version wants. */
  useEnvelope(envelope: JsonObject): void {
    this.#envelope = envelope;
  }

  /** From now on the transport names the version that was agreed on (MCP 2025-11-25, "Protocol Version Header"). */
  useVersion(version: string): void {
    this.#transport.setProtocolVersion?.(version);
  }

  /**
   * Sends a request, once, when it is its turn. Gives its result unchanged; rejects with an `McpFailure` or what the transport
   * rejects with.
   */
  async request(
    request: RpcRequest,
    options: RequestOptions,
    envelope = this.#envelope,
  ): Promise<JsonObject> {
    // A stream of notifications is open for as long as the connection.
    if (request.method === "subscriptions/listen") {
      return this.#send(request, options, envelope, () => {});
    }
    const endTurn = await this.#turns.take(options.signal);
    return this.#send(request, options, envelope, endTurn);
  }

  async #send(
    { method, params = {} }: RpcRequest,
    { headers, onResumable, onStreamEnd, signal }: RequestOptions,
    envelope: JsonObject | undefined,
    onEnd: () => void,
  ): Promise<JsonObject> {
    this.#lastId += 1;
    const id = this.#lastId;
    const reply = Promise.withResolvers<JsonObject>();
    this.#awaited.set(id, reply);
    // A modern request over HTTP is withdrawn by closing its stream, and `initialize` must not be cancelled.
    const closesStream = envelope !== undefined && this.#transport.hasPerRequestStream === true;
    const cancelled = new AbortController();
    let cancelling: Promise<void> | undefined;
    const withdraw = (): void => {
      reply.reject(signal.reason);
      if (closesStream || method === "initialize") return;
      cancelling = this.#cancel(id).finally(() => cancelled.abort());
    };
    signal.addEventListener("abort", withdraw, { once: true });
    const meta = isJsonObject(params["_meta"]) ? params["_meta"] : {};
    const sent = envelope === undefined ? params : { ...params, _meta: { ...meta, ...envelope } };
    try {
      this.#transport
        .send(
          { jsonrpc: "2.0", id, method, params: { ...sent } },
          {
            requestSignal: closesStream ? signal : cancelled.signal,
            headers,
            onresumptiontoken: onResumable,
            onRequestStreamEnd: onStreamEnd,
          },
        )
        .catch(reply.reject);
      return await reply.promise;
    } finally {
      signal.removeEventListener("abort", withdraw);
      this.#awaited.delete(id);
      // Until the server has heard that nobody waits, its stream stays open.
      if (cancelling === undefined) onEnd();
      else void cancelling.finally(onEnd);
    }
  }

  async notify(method: string, params: JsonObject = {}): Promise<void> {
    await this.#transport.send({ jsonrpc: "2.0", method, params: { ...params } });
  }

  #cancel(requestId: number): Promise<void> {
    const params = { requestId, reason: "The caller no longer waits." };
    return this.#outbox.post({ jsonrpc: "2.0", method: "notifications/cancelled", params });
  }

  #receive(message: JSONRPCMessage): void {
    if ("method" in message) {
      const { params: given } = message;
      const params = isJsonObject(given) && !isTooDeep(given) ? given : {};
      const request = { method: message.method, params };
      if ("id" in message) void this.#answer(message.id, request);
      else if (message.method === "notifications/cancelled") this.#forget(params["requestId"]);
      else this.#events.onNotification(request);
      return;
    }
    const reply = this.#awaited.get(Number(message.id));
    if (isTooDeep(message)) reply?.reject(nestedTooDeep);
    else if ("error" in message) reply?.reject(refusedRequest(message.error));
    else if (isJsonObject(message.result)) reply?.resolve(message.result);
    else reply?.reject(invalidResponse);
  }

  /** The server no longer waits for an answer. */
  #forget(id: Json | undefined): void {
    if (typeof id === "string" || typeof id === "number") this.#asked.get(id)?.abort();
  }

  async #answer(id: string | number, request: RpcRequest): Promise<void> {
    if (this.#asked.size >= maxAsked) {
      await this.#outbox.post({ jsonrpc: "2.0", id, error: tooManyAsked });
      return;
    }
    const asked = new AbortController();
    this.#asked.set(id, asked);
    const reply = await this.#events.onRequest(request, asked.signal).then(
      (result) => ({ result: { ...result } }),
      (error: unknown) => ({ error: refusalOf(error) }),
    );
    this.#asked.delete(id);
    if (asked.signal.aborted) return;
    await this.#outbox.post({ jsonrpc: "2.0", id, ...reply });
  }
}

const internalError = -32_603;

const tooManyAsked = {
  code: -32_000,
  message: `${maxAsked} requests of this server wait for an answer already.`,
};

const refusalOf = (error: unknown): { readonly code: number; readonly message: string } =>
  error instanceof RpcRefusal
    ? { code: error.code, message: error.message }
    : { code: internalError, message: "The client failed." };
