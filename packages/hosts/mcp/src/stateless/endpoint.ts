import { client } from "@executor/sdk";
import { mcpVersionLabel } from "@executor/telemetry";
import type { SpanTracer } from "@executor/telemetry/tracing";
import {
  CLIENT_INFO_META_KEY,
  createMcpHandler,
  InMemoryServerEventBus,
  isJSONRPCNotification,
  isJSONRPCRequest,
  type McpRequestContext,
  PROTOCOL_VERSION_META_KEY,
} from "@modelcontextprotocol/server";
import { Either, Schema } from "effect";
import { errorResponse } from "../json-rpc.ts";
import { clientLabel } from "../operations/client-label.ts";
import type { NetworkTransport } from "../operations/labels.ts";
import { observedTransport, Operations } from "../operations/operations.ts";
import type { ServerFactory, ToolServer } from "../server.ts";
import type { Subscribe } from "../offerings/subscriptions.ts";
import { openStream } from "../streams.ts";
import { listening } from "./listening.ts";
import type { RequestStates } from "./request-state.ts";
import { roundsOf } from "./rounds.ts";

export interface StatelessOptions {
  readonly states: RequestStates;
  /** `undefined` where traces are off. */
  readonly tracer: SpanTracer | undefined;
  /** Milliseconds between the comments that keep a silent stream open. */
  readonly keepAliveMs: number;
  /** Streams of changes that are open at once. */
  readonly maxListeners: number;
}

/** What one request reaches, and through what it came. */
export interface StatelessRequest {
  /** Who sent it; empty if everybody is the same. */
  readonly holder: string;
  /** Toolkit whose endpoint it came to. */
  readonly toolkit: string | undefined;
  readonly serve: ServerFactory;
  readonly subscribe: Subscribe;
  readonly networkTransport: NetworkTransport;
}

/** The endpoint of clients without sessions. */
export interface Stateless {
  /** Answers a request with this parsed body. */
  readonly handle: (
    request: Request,
    body: unknown,
    options: StatelessRequest,
  ) => Promise<Response>;
  /** Tells those that listen that the lists of tools, resources and prompts may have changed. */
  readonly listsChanged: () => void;
  /** Ends the streams of those that listen, and accepts no others. */
  readonly stopListening: () => void;
  /** Ends all requests and streams. */
  readonly close: () => void;
}

/** Serves MCP 2026-07-28, in which each request tells all that it needs and is answered by a server of its own. */
export const statelessEndpoint = ({
  states,
  tracer,
  keepAliveMs,
  maxListeners,
}: StatelessOptions): Stateless => {
  const bus = new InMemoryServerEventBus();
  const servers = new WeakMap<Request, () => ToolServer>();
  const factory = ({ requestInfo }: McpRequestContext): ToolServer => {
    const make = requestInfo && servers.get(requestInfo);
    if (make === undefined) throw new Error("The request did not come through the endpoint.");
    return make();
  };
  const common = { legacy: "reject", bus, keepAliveMs } as const;
  const calls = createMcpHandler(factory, { ...common, responseMode: "sse" });
  const listeners = listening({ factory, bus, common, maxListeners });
  let listens = true;

  const handle: Stateless["handle"] = async (request, body, options) => {
    const { networkTransport } = options;
    const operations = new Operations(networkTransport, tracer, known(body));
    if (isJSONRPCRequest(body) || isJSONRPCNotification(body)) operations.received(body);
    const { id, method } = isJSONRPCRequest(body) ? body : noRequest;
    servers.set(request, () => serverOf(states, operations, options));
    const isListening = method === "subscriptions/listen";
    if (isListening && !listens) return stopping();
    const { response, end } = isListening
      ? await listeners.listen(request, body, options.subscribe)
      : { response: await calls.fetch(request, { parsedBody: body }), end: () => undefined };
    const { body: stream, headers } = response;
    if (stream === null || headers.get("content-type") !== "text/event-stream") {
      end();
      if (id !== undefined) operations.ended(id, await codeOf(response));
      return response;
    }
    if (isListening) operations.ended(id);
    return openStream(response, stream, networkTransport, () => {
      end();
      operations.closed();
    });
  };

  return {
    handle,
    listsChanged: () => {
      calls.notify.toolsChanged();
      calls.notify.resourcesChanged();
      calls.notify.promptsChanged();
    },
    stopListening: () => {
      listens = false;
      listeners.close();
    },
    close: () => {
      listeners.close();
      void calls.close();
    },
  };
};

const noRequest = { id: undefined, method: undefined };

/** The server of one request, which measures the answer that it gives. */
const serverOf = (
  states: RequestStates,
  operations: Operations,
  options: StatelessRequest,
): ToolServer => {
  const { holder, serve, toolkit } = options;
  const principal = JSON.stringify([toolkit ?? null, holder]);
  const server = serve({
    holder,
    owner: client(`mcp-caller:${principal}`),
    questions: (call, context) => roundsOf(states, principal, call, context),
    spanOf: (id) => operations.spanOf(id),
  });
  const connect = server.connect.bind(server);
  server.connect = (transport) =>
    connect(
      observedTransport(transport, {
        received: () => undefined,
        sent: (message, about) => operations.sent(message, about),
        closed: () => operations.closed(),
      }),
    );
  return server;
};

const Envelope = Schema.Struct({
  params: Schema.Struct({
    _meta: Schema.Struct({
      [PROTOCOL_VERSION_META_KEY]: Schema.String,
      [CLIENT_INFO_META_KEY]: Schema.optional(Schema.Struct({ name: Schema.String })),
    }),
  }),
});
const decodeEnvelope = Schema.decodeUnknownEither(Envelope);

const known = (body: unknown) =>
  Either.match(decodeEnvelope(body), {
    onLeft: () => undefined,
    onRight: ({ params: { _meta } }) => ({
      version: mcpVersionLabel(_meta[PROTOCOL_VERSION_META_KEY]),
      client: clientLabel(_meta[CLIENT_INFO_META_KEY]?.name),
    }),
  });

const Refusal = Schema.Struct({ error: Schema.Struct({ code: Schema.Number }) });
const decodeRefusal = Schema.decodeUnknownEither(Refusal);

/** The code of the JSON-RPC error in a response that refuses a request. */
const codeOf = async (response: Response): Promise<number | undefined> => {
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => undefined);
  return Either.getOrUndefined(decodeRefusal(body))?.error.code;
};

const stopping = (): Response =>
  errorResponse(503, "The server is stopping. Try again in a moment.");
