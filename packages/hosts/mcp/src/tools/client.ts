import type { Attendant } from "@executor/execution";
import { schemaCheck } from "@executor/json-schema";
import { ElicitationUnavailable } from "@executor/sdk";
import type { ElicitationRequest, ElicitationResult, Progress } from "@executor/sdk";
import { JsonObject } from "@executor/sdk/schemas";
import {
  type ElicitRequestFormParams,
  isSpecType,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { Effect, Schema } from "effect";

const maxInputChars = 4_000;

/** The longest timeout that a timer accepts: the run itself decides how long it waits for an answer. */
const noTimeout = 2 ** 31 - 1;

const isObject = Schema.is(JsonObject);

/**
 * Asks the client's person during a request. Fails if the client cannot show the form, answers with an error or has
 * disconnected; interrupting it withdraws the question.
 */
export const elicitFrom =
  ({ mcpReq }: ServerContext) =>
  (request: ElicitationRequest): Effect.Effect<ElicitationResult, ElicitationUnavailable> => {
    const params = formOf(request);
    if (params === undefined) {
      return new ElicitationUnavailable({
        message: "The client's forms do not support this question.",
      });
    }
    return Effect.tryPromise({
      try: (signal) =>
        mcpReq.send({ method: "elicitation/create", params }, { signal, timeout: noTimeout }),
      catch: () => new ElicitationUnavailable({ message: "The client did not ask its person." }),
    }).pipe(
      Effect.flatMap(({ action, content }) =>
        action === "accept" && request.kind === "form"
          ? Effect.map(checked(request, content), (valid) => ({ action, content: valid }))
          : Effect.succeed({ action }),
      ),
    );
  };

/** A question as the form that a client shows; `undefined` if MCP's forms cannot hold it. */
export const formOf = (request: ElicitationRequest): ElicitRequestFormParams | undefined => {
  const form = {
    message: question(request),
    requestedSchema: { properties: {}, ...request.requestedSchema, type: "object" },
  };
  return isSpecType.ElicitRequestFormParams(form) ? form : undefined;
};

/** If a form is not filled in correctly or cannot be checked, the run pauses and the question is repeated there. */
const checked = ({ requestedSchema }: ElicitationRequest, content: unknown = {}) => {
  const outcome = isObject(content) ? schemaCheck(requestedSchema)(content, "content") : undefined;
  // An answer has no exact form for an integer beyond 2^53, which a text in digits would be.
  return isObject(content) && outcome?._tag === "Fits" && outcome.integers === undefined
    ? Effect.succeed(content)
    : new ElicitationUnavailable({ message: "The client's answer does not fit the form." });
};

/** Sources write much of it: a client that shows it on a terminal must not obey it. */
const question = ({ kind, message, input }: ElicitationRequest): string => {
  const shown = message.replace(unprintable, "");
  if (kind === "form") return shown;
  const json = JSON.stringify(input, null, 2).replace(
    unprintable,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `${shown}\n\n${shortened(json)}`;
};

/** Control characters but tabs and line breaks, the line breaks beyond them, and characters that change the direction of writing. */
const unprintable = /(?![\t\n])[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** The person must see how long an input is, so that nothing in it stays hidden. */
const shortened = (input: string): string =>
  input.length <= maxInputChars
    ? input
    : `${input.slice(0, maxInputChars)}\n(cut; the whole input has ${input.length} characters)`;

/**
 * Reports a run's progress to a client that requested it. The number counts notifications, because it must grow with each of
 * them (MCP 2025-06-18, "Progress") and several calls may be under way; the message names the call and its progress.
 */
export const progressListeners = ({ mcpReq }: ServerContext): Attendant => {
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return {};
  let sent = 0;
  const notify = (message: string) =>
    Effect.ignore(
      Effect.tryPromise(() => {
        sent += 1;
        const params = { progressToken, progress: sent, message };
        return mcpReq.notify({ method: "notifications/progress", params });
      }),
    );
  return {
    onToolCall: (address) => notify(`Calling ${address.slice(0, maxAddressChars)}`),
    onProgress: (address, progress) => notify(`${address}: ${describe(progress)}`),
  };
};

/** The code may call a name that no tool has. */
const maxAddressChars = 200;

const describe = ({ progress, total, message }: Progress): string => {
  const done = total === undefined ? `${progress}` : `${progress} of ${total}`;
  return message === undefined ? done : `${done}, ${message}`;
};
