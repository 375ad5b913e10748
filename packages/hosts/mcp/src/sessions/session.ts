import { client, observeBody } from "@executor/sdk";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import {
  CallToolRequestSchema,
  CancelledNotificationSchema,
  isJSONRPCRequest,
  ListToolsRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";
import type { JSONRPCMessage, RequestId } from "@modelcontextprotocol/sdk/types.js";
import { below, type SpanTracer } from "@executor/telemetry/tracing";
import type { Effect } from "effect";
import type { JsonRpcError } from "../json-rpc.ts";
import { streamsActive } from "../metrics.ts";
import type { HostTools } from "../tools/call-tool.ts";
import { clientLabel, type NetworkTransport, observedTransport, Operations } from "./operations.ts";

export interface SessionOptions {
  readonly id: string;
  readonly holder: string;
  /** The app's version, for `serverInfo`. */
  readonly version: string;
  readonly networkTransport: NetworkTransport;
  readonly tools: HostTools;
  /** `undefined` where traces are off. */
  readonly tracer: SpanTracer | undefined;
  /** Milliseconds between the comments that keep a silent stream open. */
  readonly keepAliveMs: number;
  /** Runs the effect of a request until the signal interrupts it. Rejects with an error that the client may see. */
  readonly run: <A>(effect: Effect.Effect<A, JsonRpcError>, signal: AbortSignal) => Promise<A>;
  /** Called when the session has ended, by either side. */
  readonly onClosed: () => void;
}

/** One client's session, from `initialize` to its end. */
export interface Session {
  /** Who opened it. */
  readonly holder: string;
  /** Answers one HTTP request of the session. `body` is the parsed body of a POST. */
  readonly handle: (request: Request, body: unknown) => Promise<Response>;
  /** Whether the client has sent an `initialize` that was accepted. */
  readonly isInitialized: () => boolean;
  /** Milliseconds since the client last used the session; `undefined` while a stream is open. */
  readonly idleMs: () => number | undefined;
  /** Notifies the client that the tools' descriptions have changed. */
  readonly toolsChanged: () => Promise<void>;
  /** Closes the stream of messages that the client did not request. */
  readonly stopListening: () => void;
  /** Ends the session and its runs. A paused run stays and waits for the operator. */
  readonly close: () => void;
}

/** Servers hold back a response's head until its body begins, so without it a client would wait for the whole run. */
const opening = new TextEncoder().encode(": open\n\n");

/** Opens the session of a client that sends `initialize`; its first request is handled next. */
export const openSession = (options: SessionOptions): Session => {
  const { holder, id, keepAliveMs, networkTransport, onClosed, tracer } = options;
  const operations = new Operations(networkTransport, tracer);
  const replies = new Replies();
  const transport = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: () => id,
    keepAliveMs,
  });
  let streams = 0;
  let lastUse = performance.now();

  const cancelled = (request: RequestId): void => {
    operations.cancelled(request);
    if (replies.end(request)) transport.closeSSEStream(request);
  };
  const observed = observedTransport(transport, {
    received: (message) => {
      operations.received(message);
      const { data } = CancelledNotificationSchema.safeParse(message);
      if (data?.params.requestId !== undefined) cancelled(data.params.requestId);
    },
    sent: (message, about) => {
      operations.sent(message, about);
      if (isAnswer(message)) replies.end(message.id);
    },
    closed: () => {
      operations.closed();
      onClosed();
    },
  });
  const server = toolServer(options, operations);
  const connected = server.connect(observed);

  /** The SDK expects a client that disconnects to come back; without resumable streams, the answer would be lost. */
  const cancel = (request: RequestId): void => {
    operations.cancelled(request);
    observed.onmessage?.({
      jsonrpc: "2.0",
      method: "notifications/cancelled",
      params: { requestId: request, reason: "The client disconnected." },
    });
  };

  const handle = async (request: Request, body: unknown): Promise<Response> => {
    lastUse = performance.now();
    await connected;
    const endReply = replies.open(body);
    const response = await transport.handleRequest(
      request,
      body === undefined ? {} : { parsedBody: body },
    );
    if (response.body === null || response.headers.get("content-type") !== "text/event-stream") {
      endReply();
      return response;
    }
    const labels = { "network.transport": networkTransport };
    streams += 1;
    streamsActive.add(1, labels);
    const stream = observeBody(response.body, {
      opening,
      onEnd: (end) => {
        streams -= 1;
        streamsActive.add(-1, labels);
        lastUse = performance.now();
        if (end === "cancelled") endReply().forEach(cancel);
      },
    });
    return new Response(stream, response);
  };

  return {
    holder,
    handle,
    isInitialized: () => transport.sessionId !== undefined,
    idleMs: () => (streams > 0 ? undefined : performance.now() - lastUse),
    toolsChanged: () => server.sendToolListChanged(),
    stopListening: () => transport.closeStandaloneSSEStream(),
    close: () => {
      // All its work is done before it first waits.
      void transport.close();
    },
  };
};

/** The SDK's server without its own tool registry, which supports neither JSON Schemas nor descriptions that change. */
const toolServer = (
  { holder, id, version, tools, run }: SessionOptions,
  operations: Operations,
): McpServer["server"] => {
  const owner = client(`mcp:${id}`);
  const { server } = new McpServer(
    { name: "executor", title: "Executor", version },
    { capabilities: { tools: { listChanged: true } }, jsonSchemaValidator: noValidator },
  );
  server.setRequestHandler(ListToolsRequestSchema, async (_request, { signal }) => ({
    tools: [...(await run(tools.list, signal))],
  }));
  server.setRequestHandler(CallToolRequestSchema, ({ params }, context) => {
    const canElicit = server.getClientCapabilities()?.elicitation?.form !== undefined;
    const told = {
      client: clientLabel(server.getClientVersion()?.name),
      subject: holder === "" ? null : holder,
    };
    const call = tools.call(params, context, { owner, told, canElicit });
    return run(below(operations.spanOf(context.requestId))(call), context.signal);
  });
  return server;
};

/** The run checks answers itself. The SDK's own validator compiles code, which workerd forbids. */
const noValidator = {
  getValidator: () => () => ({
    valid: false as const,
    data: undefined,
    errorMessage: "The session validates nothing itself.",
  }),
};

const isAnswer = (
  message: JSONRPCMessage,
): message is JSONRPCMessage & { readonly id: RequestId } =>
  "id" in message && message.id !== undefined && !("method" in message);

/** The unanswered requests of one POST: its reply is a stream that ends with the last of them. */
type Reply = Set<RequestId>;

/** Knows on which stream each request is answered, because the SDK does not end the stream of a cancelled request. */
class Replies {
  readonly #byRequest = new Map<RequestId, Reply>();

  /** Notes the requests in the body of a POST. The result ends its reply and returns the requests left unanswered. */
  open(body: unknown): () => ReadonlyArray<RequestId> {
    const messages: ReadonlyArray<unknown> = Array.isArray(body) ? body : [body];
    const reply: Reply = new Set(messages.filter(isJSONRPCRequest).map(({ id }) => id));
    for (const id of reply) this.#byRequest.set(id, reply);
    return () => {
      const unanswered = [...reply];
      for (const id of unanswered) this.end(id);
      return unanswered;
    };
  }

  /** Notes that a request is answered or cancelled. Returns whether it was the last on its stream. */
  end(id: RequestId): boolean {
    const reply = this.#byRequest.get(id);
    if (reply === undefined) return false;
    this.#byRequest.delete(id);
    reply.delete(id);
    return reply.size === 0;
  }
}
