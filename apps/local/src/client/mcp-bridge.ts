import {
  StreamableHTTPClientTransport,
  StreamableHTTPError,
} from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import {
  CancelledNotificationSchema,
  isInitializeRequest,
  isInitializedNotification,
  isJSONRPCErrorResponse,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  JSONRPCMessageSchema,
} from "@modelcontextprotocol/sdk/types.js";
import type { JSONRPCMessage, RequestId } from "@modelcontextprotocol/sdk/types.js";
import type { FetchLike } from "@modelcontextprotocol/sdk/shared/transport.js";
import { Option, Schema, Stream } from "effect";
import { setTimeout as sleep } from "node:timers/promises";
import { mcpPath } from "../server/config.ts";
import { isRefused, noDaemon, patient } from "./daemon.ts";

const sessionLost = 404;
/** How long answers may take once standard input has ended. */
const graceMillis = 1_000;
/** Error codes of JSON-RPC 2.0, section 5.1; the second lies in the range for implementations. */
const parseError = -32700;
const transportError = -32000;
const lost =
  "The daemon ended before it had answered. What the code had done by then stays done; see its log.";
const notOurs = "The process that answers is not an Executor daemon of this version.";

/**
 * Pipes a client's stdio transport into the daemon's streamable HTTP transport. Every request of the client gets one
 * answer, also where the daemon ends; a session that a restarted daemon does not know is opened anew.
 */
export class McpBridge {
  readonly #stdio: StdioServerTransport;
  readonly #port: number;
  /** Messages are sent one after another, so that none overtakes another. */
  #outgoing: Promise<unknown> = Promise.resolve();
  #initialize: JSONRPCMessage | undefined;
  #daemon: StreamableHTTPClientTransport | undefined;
  readonly #unanswered = new Set<RequestId>();
  /** Called when the last request has its answer. */
  #onAnswered: (() => void) | undefined;

  /** A bridge between a client on `stdio` and the daemon on `port`; it reports problems on standard error. */
  constructor(stdio: StdioServerTransport, port: number) {
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
  }

  #receive(message: JSONRPCMessage): void {
    if (isJSONRPCRequest(message)) this.#unanswered.add(message.id);
    const cancelled = cancelledRequest(message);
    if (cancelled !== undefined) this.#unanswered.delete(cancelled);
    this.#outgoing = this.#outgoing.then(() =>
      this.#forward(message).catch(async (error: unknown) => {
        if (!isJSONRPCRequest(message)) return;
        await this.#toClient(errorMessage(message.id, this.#explain(error)));
      }),
    );
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
      if (!(error instanceof StreamableHTTPError) || error.code !== sessionLost) throw error;
      const reopened = await this.#reopen();
      if (!isInitializedNotification(message)) await reopened.send(message);
    }
  }

  /** Opens a session with the daemon. Returns the answer to `initialize`, which may be an error. */
  async #open(initialize: JSONRPCMessage): Promise<JSONRPCMessage> {
    await this.#daemon?.close();
    this.#daemon = undefined;
    const daemon = new StreamableHTTPClientTransport(
      new URL(`http://127.0.0.1:${this.#port}${mcpPath}`),
      {
        fetch: fetchReply,
        requestInit: { headers: { "executor-transport": "pipe" } },
        reconnectionOptions: {
          initialReconnectionDelay: 1_000,
          maxReconnectionDelay: 1_000,
          reconnectionDelayGrowFactor: 1,
          maxRetries: Number.POSITIVE_INFINITY,
        },
      },
    );
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
    }
    if (isError && message.error.code === transportError) console.error(message.error.message);
    await this.#stdio.send(message);
    if (this.#unanswered.size === 0) this.#onAnswered?.();
  }

  #explain(error: unknown): string {
    if (isRefused(error)) return noDaemon(this.#port);
    if (error instanceof StreamableHTTPError) return notOurs;
    if (!(error instanceof Error)) return String(error);
    return "code" in error ? lost : error.message;
  }
}

const cancelledRequest = (message: JSONRPCMessage): RequestId | undefined =>
  CancelledNotificationSchema.safeParse(message).data?.params.requestId;

const errorMessage = (
  id: RequestId | undefined,
  message: string,
  code = transportError,
): JSONRPCMessage => ({
  jsonrpc: "2.0",
  ...(id !== undefined && { id }),
  error: { code, message },
});

/** A `fetch` for the SDK's transport: its reply to a request holds an answer, or an error in place of one. */
const fetchReply: FetchLike = async (url, init) => {
  const isStream = init?.method === "GET";
  if (isStream && init.signal?.aborted === true) return noStream();
  const response = await fetch(url, { ...init, ...patient });
  if (isStream) return response.status === sessionLost ? noStream() : response;
  const id = requestId(init?.body);
  if (id === undefined || response.status === sessionLost) return response;
  if (response.ok) return withAnswer(response, id);
  const refusal = decodeRefusal(await response.clone().text());
  return Option.match(refusal, {
    onNone: () => response,
    onSome: ({ error }) => Response.json(errorMessage(id, error.message)),
  });
};

/** The reply that makes the SDK's transport stop requesting a session's stream. */
const noStream = (): Response => new Response(null, { status: 405 });

const requestId = (body: unknown): RequestId | undefined => {
  if (typeof body !== "string") return undefined;
  const message = JSONRPCMessageSchema.parse(JSON.parse(body));
  return isJSONRPCRequest(message) ? message.id : undefined;
};

const decodeRefusal = Schema.decodeUnknownOption(
  Schema.parseJson(Schema.Struct({ error: Schema.Struct({ message: Schema.String }) })),
);

/** The event stream of a reply, with an error at its end: the answer where the daemon gave none. */
const withAnswer = (response: Response, id: RequestId): Response => {
  const { body, headers } = response;
  if (body === null || !headers.get("content-type")?.startsWith("text/event-stream"))
    return response;
  const last = `\n\ndata: ${JSON.stringify(errorMessage(id, lost))}\n\n`;
  const events = Stream.fromReadableStream(
    () => body,
    () => lost,
  ).pipe(
    Stream.catchAll(() => Stream.empty),
    Stream.concat(Stream.make(new TextEncoder().encode(last))),
  );
  return new Response(Stream.toReadableStream(events), { headers });
};
