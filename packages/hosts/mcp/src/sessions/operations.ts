import { ActiveTime } from "@executor/sdk";
import type { JSONRPCMessage, RequestId } from "@modelcontextprotocol/sdk/types.js";
import {
  CancelledNotificationSchema,
  isInitializeRequest,
  isJSONRPCErrorResponse,
  isJSONRPCNotification,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
} from "@modelcontextprotocol/sdk/types.js";
import { clientLabel } from "./client-label.ts";
import { clientRequests, mcpServerOperationDuration } from "../metrics.ts";
import { methodLabel, toolLabel } from "./operation-labels.ts";
import type { NetworkTransport } from "./operation-labels.ts";

interface Operation {
  readonly method: string;
  readonly tool: string | undefined;
  /** Without the time for which the person behind the client was asked. */
  readonly time: ActiveTime;
}

/** Measures a session's operations: each request once, from its arrival to its answer, and each notification. */
export class Operations {
  readonly #transport: NetworkTransport;
  readonly #underWay = new Map<RequestId, Operation>();
  /** What waits for an answer of the client, by the id of the question. */
  readonly #asking = new Map<RequestId, Operation>();
  #client = clientLabel(undefined);

  constructor(transport: NetworkTransport) {
    this.#transport = transport;
  }

  received(message: JSONRPCMessage): void {
    if (!isJSONRPCRequest(message) && !isJSONRPCNotification(message)) {
      this.#answered(message.id);
      return;
    }
    const { method, params } = message;
    const operation = {
      method: methodLabel(method),
      tool: toolLabel(method, params),
      time: new ActiveTime(),
    };
    if (!isJSONRPCRequest(message)) {
      this.#record(operation, undefined);
      return;
    }
    if (isInitializeRequest(message)) this.#client = clientLabel(message.params.clientInfo.name);
    clientRequests.add(1, { "mcp.client.name": this.#client });
    this.#underWay.set(message.id, operation);
  }

  /** `about` is the request that a message belongs to which is no answer itself. */
  sent(message: JSONRPCMessage, about: RequestId | undefined): void {
    const operation = about === undefined ? undefined : this.#underWay.get(about);
    if (isJSONRPCRequest(message) && operation !== undefined) {
      operation.time.beginWait();
      this.#asking.set(message.id, operation);
    }
    const { data } = CancelledNotificationSchema.safeParse(message);
    if (data !== undefined) this.#answered(data.params.requestId);
    if (isJSONRPCErrorResponse(message)) this.#end(message.id, String(message.error.code));
    else if (isJSONRPCResultResponse(message)) {
      this.#end(message.id, message.result["isError"] === true ? "tool_error" : undefined);
    }
  }

  /** A request that is not answered, because the client wants no answer any more. */
  cancelled(id: RequestId): void {
    this.#end(id, "cancelled");
  }

  /** The session is over, and with it what was under way. */
  closed(): void {
    for (const id of this.#underWay.keys()) this.cancelled(id);
  }

  #answered(question: RequestId | undefined): void {
    if (question === undefined) return;
    this.#asking.get(question)?.time.endWait();
    this.#asking.delete(question);
  }

  #end(id: RequestId | undefined, errorType: string | undefined): void {
    const operation = id === undefined ? undefined : this.#underWay.get(id);
    if (id === undefined || operation === undefined) return;
    this.#underWay.delete(id);
    this.#record(operation, errorType);
  }

  #record({ method, tool, time }: Operation, errorType: string | undefined): void {
    mcpServerOperationDuration.record(time.elapsedMs() / 1000, {
      "mcp.method.name": method,
      "gen_ai.tool.name": tool,
      "error.type": errorType,
      "network.transport": this.#transport,
    });
  }
}
