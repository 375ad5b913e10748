import type { ElicitationRequest, ElicitationResult } from "@executor/sdk";
import { inputCheck, ElicitationUnavailable } from "@executor/sdk";
import { JsonObject } from "@executor/sdk/schemas";
import {
  ElicitRequestFormParamsSchema,
  ElicitResultSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { Effect, Schema } from "effect";
import type { Exchange } from "./exchange.ts";

const maxInputChars = 4_000;

/** The longest that a timer takes: the run itself decides how long it waits for an answer. */
const noTimeout = 2 ** 31 - 1;

const isObject = Schema.is(JsonObject);

/**
 * Asks the person behind a client in the middle of its request. Fails where the client shows no such form, answers with an
 * error or is gone; interrupting it takes the question back.
 */
export const elicitFrom =
  ({ sendRequest }: Pick<Exchange, "sendRequest">) =>
  (request: ElicitationRequest): Effect.Effect<ElicitationResult, ElicitationUnavailable> => {
    const form = ElicitRequestFormParamsSchema.safeParse({
      message: question(request),
      requestedSchema: { properties: {}, ...request.requestedSchema, type: "object" },
    });
    if (!form.success) {
      return new ElicitationUnavailable({
        message: "The client's forms cannot ask what this call asks.",
      });
    }
    return Effect.tryPromise({
      try: (signal) =>
        sendRequest({ method: "elicitation/create", params: form.data }, ElicitResultSchema, {
          signal,
          timeout: noTimeout,
        }),
      catch: () =>
        new ElicitationUnavailable({ message: "The client did not ask the person behind it." }),
    }).pipe(
      Effect.flatMap(({ action, content }) =>
        action === "accept" && request.kind === "form"
          ? Effect.map(checked(request, content), (valid) => ({ action, content: valid }))
          : Effect.succeed({ action }),
      ),
    );
  };

/** A form that is not filled in as it must be is asked again, by a pause. */
const checked = ({ requestedSchema }: ElicitationRequest, content: unknown = {}) =>
  isObject(content) && inputCheck(requestedSchema, "content")(content) === undefined
    ? Effect.succeed(content)
    : new ElicitationUnavailable({ message: "The client's answer does not fit the form." });

const question = ({ kind, message, input }: ElicitationRequest): string =>
  kind === "form" ? message : `${message}\n\n${shown(JSON.stringify(input, null, 2))}`;

/** What a person agrees to must not hide behind its length. */
const shown = (input: string): string =>
  input.length <= maxInputChars
    ? input
    : `${input.slice(0, maxInputChars)}\n(cut; the whole input has ${input.length} characters)`;
