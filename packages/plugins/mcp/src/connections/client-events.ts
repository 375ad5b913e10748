import { ElicitationUnavailable, isJsonObject } from "@executor/sdk";
import type { ElicitationResult, Json, JsonObject } from "@executor/sdk";
import { fromEntries, member, shorten, text } from "@executor/plugin-kit";
import { CallsInFlight, type Question } from "./calls-in-flight.ts";
import { type PeerEvents, RpcRefusal, type RpcRequest } from "./peer.ts";

/** What the client offers to servers: forms, and neither sampling nor roots. A model and a file system belong to the agent, and Executor has neither. */
export const clientCapabilities: JsonObject = { elicitation: { form: {} } };

/** JSON-RPC 2.0, section 5.1. */
const invalidRequest = -32_600;
const methodNotFound = -32_601;
const invalidParams = -32_602;

/** Characters of a method's name in the answer that it is not known. */
const maxMethodChars = 100;

export interface ListeningClient extends Pick<PeerEvents, "onNotification" | "onRequest"> {
  readonly calls: CallsInFlight;
}

export interface ListeningOptions {
  readonly onToolsChanged: () => void;
  /** Called with the URI of a resource that the server says has changed. */
  readonly onResourceUpdated: (uri: string) => void;
}

/** The client's side of a session: it answers the questions of the server and receives its notifications. */
export const listeningClient = ({
  onResourceUpdated,
  onToolsChanged,
}: ListeningOptions): ListeningClient => {
  const calls = new CallsInFlight();
  return {
    calls,
    onRequest: async ({ method, params }, withdrawn) => {
      if (method === "ping") return {};
      if (method !== "elicitation/create") {
        throw new RpcRefusal(
          methodNotFound,
          `This client offers no ${shorten(method, maxMethodChars)}.`,
        );
      }
      const question = questionOf(params);
      const answer = await calls.ask(question, taskOf(params), withdrawn).catch(refuse);
      return answerOf(answer, question);
    },
    onNotification: (notification) => {
      if (notification.method === "notifications/tools/list_changed") onToolsChanged();
      if (notification.method === "notifications/progress") report(calls, notification);
      if (notification.method === "notifications/resources/updated") {
        const uri = text(member(notification.params, "uri"));
        if (uri !== undefined) onResourceUpdated(uri);
      }
    },
  };
};

const report = (calls: CallsInFlight, { params }: RpcRequest): void => {
  const progress = member(params, "progress");
  if (typeof progress !== "number") return;
  const total = member(params, "total");
  calls.find(member(params, "progressToken"))?.report({
    progress,
    total: typeof total === "number" ? total : undefined,
    message: text(member(params, "message")),
  });
};

/** The question of `elicitation/create`. Throws an {@link RpcRefusal} for one that cannot be asked. */
export const questionOf = (params: Json | undefined): Question => {
  if (member(params, "mode") === "url") {
    throw new RpcRefusal(invalidParams, "This client shows forms and opens no URLs.");
  }
  const message = member(params, "message");
  const requestedSchema = member(params, "requestedSchema");
  if (typeof message !== "string" || !isJsonObject(requestedSchema)) {
    throw new RpcRefusal(invalidParams, "A question has a message and a requestedSchema.");
  }
  return { message, requestedSchema };
};

/**
 * A person's answer as MCP's `ElicitResult`. What an accepted form leaves out has the default that the question gives for it (MCP
 * 2025-11-25, "Elicitation").
 */
export const answerOf = (
  { action, content }: ElicitationResult,
  { requestedSchema }: Question,
): JsonObject => {
  if (action !== "accept") return { action: action === "expire" ? "cancel" : action };
  return { action, content: { ...defaultsOf(requestedSchema), ...content } };
};

const defaultsOf = (schema: JsonObject): JsonObject => {
  const properties = member(schema, "properties");
  return fromEntries(
    Object.entries(isJsonObject(properties) ? properties : {}).flatMap(([name, property]) => {
      const value = member(property, "default");
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
};

const taskOf = (params: Json | undefined): string | undefined =>
  text(member(member(member(params, "_meta"), "io.modelcontextprotocol/related-task"), "taskId"));

const refuse = (reason: unknown): never => {
  throw new RpcRefusal(
    invalidRequest,
    reason instanceof ElicitationUnavailable ? reason.message : "Nobody could be asked.",
  );
};
