import type { Execution, RoundRequest } from "@executor/execution";
import { ElicitationAction, JsonObject } from "@executor/sdk/schemas";
import {
  type CallToolRequestParams,
  inputRequired,
  type InputRequest,
  type InputRequiredResult,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { Effect, Option, Schema } from "effect";
import { errorCodes, JsonRpcError } from "../json-rpc.ts";
import { formOf } from "../tools/client.ts";
import type { Questions } from "../tools/questions.ts";
import type { RequestState, RequestStates } from "./request-state.ts";

/** Rounds after which the model is told of the questions instead: clients give up after ten. */
const maxRounds = 8;

const decodeAnswer = Schema.decodeUnknownOption(
  Schema.Struct({ action: ElicitationAction, content: Schema.optional(JsonObject) }),
);

/**
 * Asks by ending a call with its questions and a sealed state; the client repeats the call with the answers and the state (MCP
 * 2026-07-28, "Multi round-trip requests"). A client that never comes back leaves the execution paused.
 */
export const roundsOf = (
  states: RequestStates,
  principal: string,
  call: CallToolRequestParams,
  { mcpReq }: ServerContext,
): Questions => {
  const text = mcpReq.requestState<string>();
  const state = Effect.runSync(
    Effect.cached(
      text === undefined
        ? Effect.succeed(undefined)
        : Effect.filterOrFail(
            Effect.promise(() => states.open(text, call, principal)),
            (opened) => opened !== undefined,
            () => new JsonRpcError(errorCodes.invalidParams, notOpened),
          ),
    ),
  );
  return {
    answers: Effect.map(state, (opened) =>
      opened === undefined
        ? undefined
        : { id: opened.run, answers: answersOf(mcpReq.inputResponses) },
    ),
    ask: (execution) =>
      Effect.flatMap(Effect.orDie(state), (opened) =>
        ask(states, principal, call, execution, (opened?.round ?? 0) + 1),
      ),
  };
};

const notOpened =
  "The requestState is not valid: it has expired, was changed, or belongs to another call or caller. Send the call without it to begin anew.";

const ask = (
  states: RequestStates,
  principal: string,
  call: CallToolRequestParams,
  execution: Execution,
  round: number,
): Effect.Effect<InputRequiredResult | undefined> =>
  Effect.gen(function* () {
    const questions = execution.approvals.map(
      (approval) => [approval.id, formOf(approval)] as const,
    );
    const inputRequests: Record<string, InputRequest> = {};
    for (const [id, form] of questions) {
      if (form === undefined) return undefined;
      inputRequests[id] = inputRequired.elicit(form);
    }
    if (round >= maxRounds) return undefined;
    const expiresAt = Math.max(...execution.approvals.map(({ expiresAt: end }) => end.epochMillis));
    const state: RequestState = { run: execution.id, round };
    const requestState = yield* Effect.promise(() =>
      states.seal(state, expiresAt, call, principal),
    );
    return inputRequired({ inputRequests, requestState });
  });

/** What a client says is not to be trusted: what is no answer is ignored, and asked again. */
const answersOf = (
  responses: Readonly<Record<string, unknown>> | undefined,
): RoundRequest["answers"] =>
  new Map(
    Object.entries(responses ?? {}).flatMap(([id, response]) =>
      Option.match(decodeAnswer(response), {
        onNone: () => [],
        onSome: (answer) => [[id, answer] as const],
      }),
    ),
  );
