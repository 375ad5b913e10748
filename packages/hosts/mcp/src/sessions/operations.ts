import { ActiveTime } from "@executor/sdk";
import type { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { JSONRPCMessage, RequestId } from "@modelcontextprotocol/sdk/types.js";
import {
  CancelledNotificationSchema,
  isInitializeRequest,
  isJSONRPCErrorResponse,
  isJSONRPCNotification,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
} from "@modelcontextprotocol/sdk/types.js";
import { mcpVersionLabel, rpcStatusLabel } from "@executor/telemetry";
import { type ExecutorSpan, recordIn, type SpanTracer } from "@executor/telemetry/tracing";
import {
  clientRequests,
  mcpServerOperationDuration,
  mcpServerSessionDuration,
} from "../metrics.ts";
import { beginOperationSpan, endOperationSpan, type OperationFailure } from "./operation-span.ts";

/** Names that widespread clients send in `initialize`, in lower case, with the label value of each. */
const known: ReadonlyMap<string, string> = new Map([
  ["amp-mcp-client", "amp"],
  ["antigravity-client", "antigravity"],
  ["chatgpt", "chatgpt"],
  ["cherry studio", "cherry-studio"],
  ["claude-ai", "claude-ai"],
  ["claude-code", "claude-code"],
  ["cline", "cline"],
  ["codex", "codex"],
  ["codex-mcp-client", "codex"],
  ["continue-cli-client", "continue"],
  ["crush", "crush"],
  ["cursor", "cursor"],
  ["cursor-vscode", "cursor"],
  ["factory-cli", "factory"],
  ["gemini-cli-mcp-client", "gemini-cli"],
  ["github-copilot-developer", "github-copilot"],
  ["goose", "goose"],
  ["jetbrains-iu-copilot-intellij", "jetbrains"],
  ["jetbrains-jbc-copilot-intellij", "jetbrains"],
  ["kilo-code", "kilo-code"],
  ["inspector-cli", "mcp-inspector"],
  ["inspector-client", "mcp-inspector"],
  ["mcp-inspector", "mcp-inspector"],
  ["opencode", "opencode"],
  ["q-dev-cli", "amazon-q"],
  ["roo-code", "roo-code"],
  ["visual studio code", "vscode"],
  ["visual-studio-code", "vscode"],
  ["windsurf", "windsurf"],
  ["windsurf-client", "windsurf"],
  ["xcode-copilot-xcode", "xcode"],
  ["zed", "zed"],
]);

/** The label `mcp.client.name`. It is never the name itself, which the client can choose freely. */
export const clientLabel = (name: string | undefined): string =>
  known.get(name?.toLowerCase() ?? "") ?? "_OTHER";

export interface Observer {
  readonly received: (message: JSONRPCMessage) => void;
  /** Called before the message is sent; `about` is the client's request that it belongs to. */
  readonly sent: (message: JSONRPCMessage, about: RequestId | undefined) => void;
  readonly closed: () => void;
}

/** Wraps the transport to which a server connects, and calls the observer for each message. */
export const observedTransport = (
  inner: WebStandardStreamableHTTPServerTransport,
  observer: Observer,
): Transport => {
  const outer: Transport = {
    start: () => inner.start(),
    send: (message, { relatedRequestId } = {}) => {
      observer.sent(message, relatedRequestId);
      return inner.send(message, relatedRequestId === undefined ? {} : { relatedRequestId });
    },
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

/** Measures a session's operations: each request once, from its arrival to its answer, and each notification. */
export class Operations implements Observer {
  readonly #transport: NetworkTransport;
  readonly #tracer: SpanTracer | undefined;
  readonly #inProgress = new Map<RequestId, Operation>();
  /** Operations that wait for the client's answer, by the id of the question. */
  readonly #asking = new Map<RequestId, Operation>();
  readonly #startedAt = performance.now();
  #client = clientLabel(undefined);
  /** The revision that both sides speak; unknown until `initialize` is answered. */
  #version: string | undefined;
  #isClosed = false;

  constructor(transport: NetworkTransport, tracer: SpanTracer | undefined) {
    this.#transport = transport;
    this.#tracer = tracer;
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
    const { data } = CancelledNotificationSchema.safeParse(message);
    if (data !== undefined) this.#answered(data.params.requestId);
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

  /** Cancels the requests in progress, because the session has ended. */
  closed(): void {
    for (const id of this.#inProgress.keys()) this.cancelled(id);
    if (this.#version === undefined || this.#isClosed) return;
    this.#isClosed = true;
    mcpServerSessionDuration.record((performance.now() - this.#startedAt) / 1000, {
      "network.transport": this.#transport,
      "mcp.protocol.version": this.#version,
    });
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

/** Codes that tell the client of a mistake in its request: the server did not fail (OpenTelemetry's MCP conventions). */
const mistakes: ReadonlySet<number> = new Set([-32_700, -32_600, -32_601, -32_602, -32_002]);

const refusal = (code: number): OperationFailure => {
  const statusCode = rpcStatusLabel(code);
  return { statusCode, errorType: mistakes.has(code) ? undefined : statusCode };
};

/** Methods that a client can send (MCP 2025-11-25), as OpenTelemetry's MCP conventions list them. */
const methods: ReadonlySet<string> = new Set([
  "completion/complete",
  "initialize",
  "logging/setLevel",
  "notifications/cancelled",
  "notifications/initialized",
  "notifications/progress",
  "notifications/roots/list_changed",
  "ping",
  "prompts/get",
  "prompts/list",
  "resources/list",
  "resources/read",
  "resources/subscribe",
  "resources/templates/list",
  "resources/unsubscribe",
  "tools/call",
  "tools/list",
]);

const tools: ReadonlySet<string> = new Set(["execute", "resume"]);

const other = "_OTHER";

/** The label `mcp.method.name`. */
export const methodLabel = (method: string): string => (methods.has(method) ? method : other);

/** The label `gen_ai.tool.name`, only for `tools/call`. */
export const toolLabel = (method: string, params: unknown): string | undefined => {
  if (method !== "tools/call") return undefined;
  const name = typeof params === "object" && params !== null && "name" in params && params.name;
  return typeof name === "string" && tools.has(name) ? name : other;
};

/** The label `network.transport` (OpenTelemetry's MCP conventions): `pipe` for stdio, `tcp` for HTTP. */
export type NetworkTransport = "tcp" | "pipe";
