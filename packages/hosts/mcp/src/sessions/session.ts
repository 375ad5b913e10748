import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import { client } from "@executor/sdk";
import {
  CallToolRequestSchema,
  CancelledNotificationSchema,
  ListToolsRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";
import type { JSONRPCMessage, RequestId } from "@modelcontextprotocol/sdk/types.js";
import type { Effect } from "effect";
import type { HostTools } from "../tools/call-tool.ts";
import type { JsonRpcError } from "../json-rpc.ts";
import type { McpLimits } from "../limits.ts";
import { streamsActive } from "../metrics.ts";
import { observedTransport } from "./observed-transport.ts";
import type { NetworkTransport } from "./operation-labels.ts";
import { Operations } from "./operations.ts";
import { Replies } from "./replies.ts";
import { isEventStream, watchedStream } from "./watched-stream.ts";

export interface SessionOptions {
  readonly id: string;
  /** Of the app, for `serverInfo`. */
  readonly version: string;
  readonly networkTransport: NetworkTransport;
  readonly tools: HostTools;
  readonly limits: McpLimits;
  /** Runs what a request asks for, until the signal interrupts it. Rejects with what the client may see. */
  readonly run: <A>(effect: Effect.Effect<A, JsonRpcError>, signal: AbortSignal) => Promise<A>;
  /** The session is over, whoever ended it. */
  readonly onClosed: () => void;
}

/** One client's connection, from `initialize` to its end. */
export interface Session {
  readonly id: string;
  /** Answers one HTTP request of the session. `body` is that of a POST, parsed. */
  readonly handle: (request: Request, body: unknown) => Promise<Response>;
  /** Whether the client has sent an `initialize` that was accepted. */
  readonly isInitialized: () => boolean;
  /** Milliseconds since the client last used the session; `undefined` while a stream is open. */
  readonly idleMs: () => number | undefined;
  /** Tells the client that the tools' descriptions have changed. */
  readonly toolsChanged: () => Promise<void>;
  /** Closes the stream that tells the client what it did not ask for. */
  readonly stopListening: () => void;
  /** Ends the session and its runs. One that is paused stays, and waits for the operator. */
  readonly close: () => void;
}

export const openSession = (options: SessionOptions): Session => {
  const { id, limits, networkTransport, onClosed } = options;
  const operations = new Operations(networkTransport);
  const replies = new Replies();
  const transport = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: () => id,
    keepAliveMs: limits.keepAliveMs,
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
  const server = toolServer(options);
  const connected = server.connect(observed);

  /** The SDK takes a client that left for one that will be back; without resumable streams, nobody gets the answer. */
  const cancel = (request: RequestId): void => {
    operations.cancelled(request);
    observed.onmessage?.({
      jsonrpc: "2.0",
      method: "notifications/cancelled",
      params: { requestId: request, reason: "The client left." },
    });
  };

  const handle = async (request: Request, body: unknown): Promise<Response> => {
    lastUse = performance.now();
    await connected;
    const leave = replies.open(body);
    const response = await transport.handleRequest(
      request,
      body === undefined ? {} : { parsedBody: body },
    );
    if (!isEventStream(response)) {
      leave();
      return response;
    }
    const labels = { "network.transport": networkTransport };
    streams += 1;
    streamsActive.add(1, labels);
    return watchedStream(response, (left) => {
      streams -= 1;
      streamsActive.add(-1, labels);
      lastUse = performance.now();
      if (left) leave().forEach(cancel);
    });
  };

  return {
    id,
    handle,
    isInitialized: () => transport.sessionId !== undefined,
    idleMs: () => (streams > 0 ? undefined : performance.now() - lastUse),
    toolsChanged: () => server.sendToolListChanged(),
    stopListening: () => transport.closeStandaloneSSEStream(),
    close: () => {
      // It has done all its work before it first waits.
      void transport.close();
    },
  };
};

/** The SDK's server without its own register of tools: that knows neither JSON Schemas nor descriptions that change. */
const toolServer = ({ id, version, tools, run }: SessionOptions): McpServer["server"] => {
  const { server } = new McpServer(
    { name: "executor", title: "Executor", version },
    { capabilities: { tools: { listChanged: true } }, jsonSchemaValidator: noValidator },
  );
  server.setRequestHandler(ListToolsRequestSchema, async (_request, { signal }) => ({
    tools: [...(await run(tools.list, signal))],
  }));
  server.setRequestHandler(CallToolRequestSchema, ({ params }, exchange) => {
    const canElicit = server.getClientCapabilities()?.elicitation?.form !== undefined;
    return run(
      tools.call(params, exchange, { owner: client(`mcp:${id}`), canElicit }),
      exchange.signal,
    );
  });
  return server;
};

/** Answers are checked where the run waits for them. The SDK's own validator compiles code, which workerd forbids. */
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
