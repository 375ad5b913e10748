import { client } from "@executor/sdk";
import {
  isSpecType,
  type JSONRPCMessage,
  type RequestId,
  WebStandardStreamableHTTPServerTransport,
} from "@modelcontextprotocol/server";
import { mcpServerSessionDuration } from "../metrics.ts";
import { observedTransport, Operations } from "../operations/operations.ts";
import type { ServerFactory } from "../server.ts";
import { openStream } from "../streams.ts";
import type { SpanTracer } from "@executor/telemetry/tracing";
import type { NetworkTransport } from "../operations/labels.ts";
import { Replies } from "./replies.ts";

export interface SessionOptions {
  readonly id: string;
  /** Who opens it; empty if everybody is the same. */
  readonly holder: string;
  readonly serve: ServerFactory;
  readonly networkTransport: NetworkTransport;
  /** Toolkit whose endpoint opened it; no other endpoint knows it. */
  readonly toolkit: string | undefined;
  /** `undefined` where traces are off. */
  readonly tracer: SpanTracer | undefined;
  /** Milliseconds between the comments that keep a silent stream open. */
  readonly keepAliveMs: number;
  /** Called when the session has ended, by either side. */
  readonly onClosed: () => void;
}

/** One client's session, from `initialize` to its end. */
export interface Session {
  /** Who opened it. */
  readonly holder: string;
  readonly toolkit: string | undefined;
  /** Answers one HTTP request of the session. `body` is the parsed body of a POST. */
  readonly handle: (request: Request, body: unknown) => Promise<Response>;
  /** Whether the client has sent an `initialize` that was accepted. */
  readonly isInitialized: () => boolean;
  /** Milliseconds since the client last used the session; `undefined` while a stream is open. */
  readonly idleMs: () => number | undefined;
  /** Notifies the client that the lists of tools, resources and prompts may have changed. */
  readonly listsChanged: () => Promise<void>;
  /** Closes the stream of messages that the client did not request. */
  readonly stopListening: () => void;
  /** Ends the session and its runs. A paused run stays and waits for the operator. */
  readonly close: () => void;
}

/** Opens the session of a client that sends `initialize`; its first request is handled next. */
export const openSession = (options: SessionOptions): Session => {
  const { holder, id, keepAliveMs, networkTransport, onClosed, serve, toolkit, tracer } = options;
  const openedAt = performance.now();
  const operations = new Operations(networkTransport, tracer);
  const replies = new Replies();
  const transport = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: () => id,
    keepAliveMs,
  });
  let isOpen = true;
  let streams = 0;
  let lastUse = performance.now();

  const cancelled = (request: RequestId): void => {
    operations.cancelled(request);
    if (replies.end(request)) transport.closeSSEStream(request);
  };
  const observed = observedTransport(transport, {
    received: (message) => {
      operations.received(message);
      if (isSpecType.CancelledNotification(message)) {
        const { requestId } = message.params;
        if (requestId !== undefined) cancelled(requestId);
      }
    },
    sent: (message, about) => {
      operations.sent(message, about);
      if (isAnswer(message)) replies.end(message.id);
    },
    closed: () => {
      operations.closed();
      if (isOpen && operations.version !== undefined) {
        mcpServerSessionDuration.record((performance.now() - openedAt) / 1000, {
          "network.transport": networkTransport,
          "mcp.protocol.version": operations.version,
        });
      }
      isOpen = false;
      onClosed();
    },
  });
  const server = serve({
    holder,
    owner: client(`mcp:${id}`),
    spanOf: (request) => operations.spanOf(request),
  });
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
    streams += 1;
    return openStream(response, response.body, networkTransport, (end) => {
      streams -= 1;
      lastUse = performance.now();
      if (end === "cancelled") endReply().forEach(cancel);
    });
  };

  return {
    holder,
    toolkit,
    handle,
    isInitialized: () => transport.sessionId !== undefined,
    idleMs: () => (streams > 0 ? undefined : performance.now() - lastUse),
    listsChanged: async () => {
      await server.sendToolListChanged();
      await server.sendResourceListChanged();
      await server.sendPromptListChanged();
    },
    stopListening: () => transport.closeStandaloneSSEStream(),
    close: () => {
      // All its work is done before it first waits.
      void transport.close();
    },
  };
};

const isAnswer = (
  message: JSONRPCMessage,
): message is JSONRPCMessage & { readonly id: RequestId } =>
  "id" in message && message.id !== undefined && !("method" in message);
