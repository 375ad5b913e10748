import { mcpVersionLabel } from "@executor/telemetry";
import { type ExecutorSpan, recordIn, type SpanTracer } from "@executor/telemetry/tracing";
import { ActiveTime } from "@executor/sdk";
import {
  isInitializeRequest,
  isJSONRPCErrorResponse,
  isJSONRPCNotification,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  isSpecType,
} from "@modelcontextprotocol/server";
import type { JSONRPCMessage, RequestId, Transport } from "@modelcontextprotocol/server";
import { clientRequests, mcpServerOperationDuration } from "../metrics.ts";
import { clientLabel } from "./client-label.ts";
import { methodLabel, type NetworkTransport, refusal, toolLabel } from "./labels.ts";
import { beginOperationSpan, endOperationSpan, type OperationFailure } from "./operation-span.ts";

/** Sees the messages of a transport. */
export interface Observer {
  readonly received: (message: JSONRPCMessage) => void;
  /** Called before the message is sent; `about` is the client's request that it belongs to. */
  readonly sent: (message: JSONRPCMessage, about: RequestId | undefined) => void;
  readonly closed: () => void;
}

/** Wraps the transport to which a server connects, and calls the observer for each message. */
export const observedTransport = (inner: Transport, observer: Observer): Transport => {
  const outer: Transport = {
    start: () => inner.start(),
    send: (message, options) => {
      observer.sent(message, options?.relatedRequestId);
      return inner.send(message, options);
    },
    setSupportedProtocolVersions: (versions) => inner.setSupportedProtocolVersions?.(versions),
    close: () => inner.close(),
  };
  inner.onmessage = (message, extra) => {
    observer.received(message);
    outer.onmessage?.(message, extra);
  };
  inner.onerror = (error) => outer.onerror?.(error);
  inner.onclose = () => {
    observer.closed();
    outer.onclose?.();
  };
  return outer;
};

interface Operation {
  readonly method: string;
  readonly tool: string | undefined;
  /** Time without the waits for the client's person. */
  readonly time: ActiveTime;
  /** Span of a request; `undefined` where traces are off, and for notifications. */
  readonly span: ExecutorSpan | undefined;
}

/** What is known of a client before its first message. */
export interface KnownClient {
  /** The label `mcp.client.name`. */
  readonly client: string;
  /** The label `mcp.protocol.version`. */
  readonly version: string;
}

/** Measures a client's operations: each request once, from its arrival to its answer, and each notification. */
export class Operations implements Observer {
  readonly #transport: NetworkTransport;
  readonly #tracer: SpanTracer | undefined;
  readonly #inProgress = new Map<RequestId, Operation>();
  /** Operations that wait for the client's answer, by the id of the question. */
  readonly #asking = new Map<RequestId, Operation>();
  #client: string;
  #version: string | undefined;

  /** Without `known`, both are learned from `initialize` and its answer. */
  constructor(transport: NetworkTransport, tracer: SpanTracer | undefined, known?: KnownClient) {
    this.#transport = transport;
    this.#tracer = tracer;
    this.#client = known?.client ?? clientLabel(undefined);
    this.#version = known?.version;
  }

  /** The label `mcp.protocol.version`; unknown until `initialize` is answered. */
  get version(): string | undefined {
    return this.#version;
  }

  /** The span of a request in progress. */
  spanOf(id: RequestId): ExecutorSpan | undefined {
    return this.#inProgress.get(id)?.span;
  }

  received(message: JSONRPCMessage): void {
    if (!isJSONRPCRequest(message) && !isJSONRPCNotification(message)) {
      this.#answered(message.id);
      return;
    }
    const { method, params } = message;
    const kind = { method: methodLabel(method), tool: toolLabel(method, params) };
    const time = new ActiveTime();
    if (!isJSONRPCRequest(message)) {
      this.#record({ ...kind, time, span: undefined });
      return;
    }
    const { id } = message;
    const span = beginOperationSpan(this.#tracer, {
      ...kind,
      id,
      params,
      transport: this.#transport,
    });
    const operation = { ...kind, time, span };
    if (isInitializeRequest(message)) this.#client = clientLabel(message.params.clientInfo.name);
    clientRequests.add(1, { "mcp.client.name": this.#client });
    this.#inProgress.set(id, operation);
  }

  sent(message: JSONRPCMessage, about: RequestId | undefined): void {
    const operation = about === undefined ? undefined : this.#inProgress.get(about);
    if (isJSONRPCRequest(message) && operation !== undefined) {
      operation.time.beginWait();
      this.#asking.set(message.id, operation);
    }
    if (isSpecType.CancelledNotification(message)) this.#answered(message.params.requestId);
    if (isJSONRPCErrorResponse(message)) this.#end(message.id, refusal(message.error.code));
    else if (isJSONRPCResultResponse(message)) {
      const { isError, protocolVersion } = message.result;
      if (typeof protocolVersion === "string") this.#version ??= mcpVersionLabel(protocolVersion);
      this.#end(message.id, isError === true ? { errorType: "tool_error" } : {});
    }
  }

  /** Ends a request that gets no answer, because it was cancelled. */
  cancelled(id: RequestId): void {
    this.#end(id, { errorType: "cancelled" });
  }

  /** Ends a request that was answered outside of the observed transport, with this code if by an error. */
  ended(id: RequestId, code?: number): void {
    this.#end(id, code === undefined ? {} : refusal(code));
  }

  /** Cancels the requests in progress, because the client has gone. */
  closed(): void {
    for (const id of this.#inProgress.keys()) this.cancelled(id);
  }

  #answered(question: RequestId | undefined): void {
    if (question === undefined) return;
    this.#asking.get(question)?.time.endWait();
    this.#asking.delete(question);
  }

  #end(id: RequestId | undefined, failure: OperationFailure): void {
    const operation = id === undefined ? undefined : this.#inProgress.get(id);
    if (id === undefined || operation === undefined) return;
    this.#inProgress.delete(id);
    this.#record(operation, failure);
  }

  #record({ method, tool, time, span }: Operation, failure: OperationFailure = {}): void {
    recordIn(span, () =>
      mcpServerOperationDuration.record(time.elapsedMs() / 1000, {
        "mcp.method.name": method,
        "gen_ai.tool.name": tool,
        "gen_ai.operation.name": tool === undefined ? undefined : "execute_tool",
        "network.transport": this.#transport,
        "mcp.protocol.version": this.#version,
        "error.type": failure.errorType,
        "rpc.response.status_code": failure.statusCode,
      }),
    );
    endOperationSpan(span, failure, this.#version);
  }
}
