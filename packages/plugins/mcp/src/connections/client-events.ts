import { ElicitationUnavailable, isJsonObject } from "@executor/sdk";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import {
  ElicitRequestSchema,
  ElicitResultSchema,
  ErrorCode,
  McpError,
  ProgressNotificationSchema,
  RELATED_TASK_META_KEY,
  ToolListChangedNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js";
import type { ElicitRequest } from "@modelcontextprotocol/sdk/types.js";
import { CallsInFlight, type Question } from "./calls-in-flight.ts";

export interface ListeningClient {
  readonly client: Client;
  readonly calls: CallsInFlight;
}

/**
 * An MCP client that answers the questions of servers and receives their notifications. It offers elicitation with forms, and
 * neither sampling nor roots: a model and a file system belong to the agent, and Executor has neither.
 */
export const listeningClient = (version: string, onToolsChanged: () => void): ListeningClient => {
  const calls = new CallsInFlight();
  const client = new Client(
    { name: "executor", version },
    { capabilities: { elicitation: { form: {} } } },
  );

  client.setRequestHandler(ElicitRequestSchema, async ({ params }, { _meta, signal }) => {
    const taskId = _meta?.[RELATED_TASK_META_KEY]?.taskId;
    const answer = await calls.ask(questionOf(params), taskId, signal).catch(refuse);
    return ElicitResultSchema.parse({
      action: answer.action === "expire" ? "cancel" : answer.action,
      ...(answer.content === undefined ? {} : { content: answer.content }),
    });
  });

  client.setNotificationHandler(ProgressNotificationSchema, ({ params }) => {
    const { message, progress, progressToken, total } = params;
    calls.find(progressToken)?.report({ progress, total, message });
  });

  client.setNotificationHandler(ToolListChangedNotificationSchema, onToolsChanged);
  return { client, calls };
};

const questionOf = (params: ElicitRequest["params"]): Question => {
  if (params.mode === "url") {
    throw new McpError(ErrorCode.InvalidParams, "This client shows forms and opens no URLs.");
  }
  const { message, requestedSchema } = params;
  if (!isJsonObject(requestedSchema)) {
    throw new McpError(ErrorCode.InvalidParams, "requestedSchema is not an object.");
  }
  return { message, requestedSchema };
};

const refuse = (reason: unknown): never => {
  throw new McpError(
    ErrorCode.InvalidRequest,
    reason instanceof ElicitationUnavailable ? reason.message : "Nobody could be asked.",
  );
};
