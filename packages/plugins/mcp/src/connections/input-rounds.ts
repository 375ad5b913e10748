import { ElicitationUnavailable } from "@executor/sdk";
import type { Json, JsonObject } from "@executor/sdk";
import { fromEntries, isObject, member } from "@executor/plugin-kit";
import { invalidResponse, McpFailure } from "../failures.ts";
import type { CallInFlight } from "./calls-in-flight.ts";
import { answerOf, questionOf } from "./client-events.ts";
import { RpcRefusal, type RpcRequest } from "./peer.ts";
import type { RequestScope } from "./request-scope.ts";

/** Rounds of questions in one call, and questions in one round. */
const maxRounds = 20;
const maxQuestions = 20;

/**
 * Sends a request and answers what the server wants to know for it, until it gives the result (MCP 2026-07-28, "Multi Round-Trip
 * Requests"). The server's `requestState` goes back as it came.
 */
export const inRounds = async (
  { send, signal }: Pick<RequestScope, "send" | "signal">,
  call: Pick<CallInFlight, "ask">,
  { method, params }: RpcRequest,
  headers?: Readonly<Record<string, string>>,
): Promise<JsonObject> => {
  let answers: JsonObject = {};
  for (let round = 0; round <= maxRounds; round += 1) {
    const result = await send({ method, params: { ...params, ...answers } }, headers);
    if (result["resultType"] !== "input_required") return result;
    const state = member(result, "requestState");
    answers = {
      ...(typeof state === "string" ? { requestState: state } : {}),
      inputResponses: await answersTo(member(result, "inputRequests"), call, signal),
    };
  }
  throw new McpFailure({
    reason: "invalid_response",
    message: `The server asked more than ${maxRounds} times during one call, and the call was given up. Call the tool with everything that it wants to know.`,
  });
};

/** Asks one question after the other, so that a person sees one form at a time. */
const answersTo = async (
  requests: Json | undefined,
  call: Pick<CallInFlight, "ask">,
  signal: AbortSignal,
): Promise<JsonObject> => {
  const asked = isObject(requests) ? Object.entries(requests) : [];
  if (asked.length > maxQuestions) throw invalidResponse;
  const answers: Array<readonly [string, Json]> = [];
  for (const [key, request] of asked) answers.push([key, await answerTo(request, call, signal)]);
  return fromEntries(answers);
};

const answerTo = async (
  request: Json,
  { ask }: Pick<CallInFlight, "ask">,
  signal: AbortSignal,
): Promise<JsonObject> => {
  const method = member(request, "method");
  if (method !== "elicitation/create") throw cannotAnswer(`it asks for ${nameOf(method)}`);
  try {
    const question = questionOf(member(request, "params"));
    return answerOf(await ask(question, signal), question);
  } catch (error) {
    if (error instanceof RpcRefusal || error instanceof ElicitationUnavailable) {
      throw cannotAnswer(error.message);
    }
    throw error;
  }
};

const nameOf = (method: Json | undefined): string =>
  typeof method === "string" ? method.slice(0, 80) : "something without a method";

const cannotAnswer = (why: string): McpFailure =>
  new McpFailure({
    reason: "input_required",
    message: `The tool wants an answer that it cannot get: ${why} Call it with everything that it wants to know, or where a person can be asked.`,
  });
