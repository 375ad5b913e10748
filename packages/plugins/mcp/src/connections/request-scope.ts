import { JsonObject } from "@executor/sdk";
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { ResultSchema } from "@modelcontextprotocol/sdk/types.js";
import type { ClientRequest } from "@modelcontextprotocol/sdk/types.js";
import { Effect, Schema } from "effect";
import type { CallsInFlight } from "./calls-in-flight.ts";
import { Deadline } from "./deadline.ts";
import type { Exchange } from "../transports/exchange.ts";
import { McpFailure } from "../failures/mcp-failure.ts";
import { measured } from "../measured.ts";
import { invalidResponse, toMcpFailure, unanswered } from "../failures/sdk-errors.ts";

/** What a connection is made of. */
export interface Session {
  readonly client: Client;
  readonly calls: CallsInFlight;
  /** Why the session has ended; `undefined` while it has not. */
  readonly ended: () => McpFailure | undefined;
}

/** Requests that are one operation for whoever waits: one deadline, one failure, one measurement. */
export interface Conversation {
  readonly exchange: Exchange;
  readonly deadline: Deadline;
  /** Aborts when nobody waits any more. */
  readonly signal: AbortSignal;
  /** Sends one request, once, for its result as it came. */
  readonly send: (request: ClientRequest) => Promise<JsonObject>;
}

export interface Operation {
  /** The label of the measurement. */
  readonly method: string;
  /** The label of the measurement. */
  readonly namespace: string | undefined;
  readonly timeoutMs: number;
}

/** The SDK's own timer cannot stand still, and is not used: 2^31 - 1 ms, the longest there is. */
const noTimeout = 2_147_483_647;

const isJsonObject = Schema.is(JsonObject);

/**
 * Runs an operation until it ends, its deadline passes, or what carries it breaks. Interrupting it sends
 * `notifications/cancelled` for the request under way.
 */
export const converse = (
  session: Session,
  { method, namespace, timeoutMs }: Operation,
  talk: (conversation: Conversation) => Promise<JsonObject>,
): Effect.Effect<JsonObject, McpFailure> =>
  Effect.suspend(() => {
    const over = session.ended();
    if (over !== undefined) return Effect.fail(new McpFailure({ ...over, unprocessed: true }));
    const abandoned = new AbortController();
    const { signal } = abandoned;
    let fail: (failure: McpFailure) => void = () => {};
    const exchange: Exchange = { resumable: false, fail: (failure) => fail(failure) };
    const deadline = new Deadline(timeoutMs, () => fail(unanswered(timeoutMs)));

    const send = async (request: ClientRequest): Promise<JsonObject> => {
      const result = await session.calls.current.run(exchange, () =>
        session.client.request(request, ResultSchema, {
          signal,
          timeout: noTimeout,
          onresumptiontoken: () => {
            exchange.resumable = true;
          },
        }),
      );
      if (!isJsonObject(result)) throw invalidResponse;
      return result;
    };

    return Effect.async<JsonObject, McpFailure>((resume) => {
      fail = (failure) => {
        resume(Effect.fail(failure));
        abandoned.abort("The caller no longer waits.");
      };
      talk({ exchange, deadline, signal, send }).then(
        (result) => resume(Effect.succeed(result)),
        (error: unknown) => resume(Effect.fail(session.ended() ?? toMcpFailure(error))),
      );
      return Effect.sync(() => abandoned.abort("The caller no longer waits."));
    }).pipe(measured(method, namespace, () => deadline.stop()));
  });
