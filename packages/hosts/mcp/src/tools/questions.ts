import type { Execution, RoundRequest } from "@executor/execution";
import type { InputRequiredResult } from "@modelcontextprotocol/server";
import type { Effect } from "effect";
import type { JsonRpcError } from "../json-rpc.ts";

/** How a client without a session is asked: its call ends with questions, and its next call brings the answers. */
export interface Questions {
  /** The answers that a call brings, and to which execution; `undefined` for a first call. */
  readonly answers: Effect.Effect<Pick<RoundRequest, "id" | "answers"> | undefined, JsonRpcError>;
  /** What a call answers to have a paused execution's questions asked; `undefined` if the client cannot ask them. */
  readonly ask: (execution: Execution) => Effect.Effect<InputRequiredResult | undefined>;
}
