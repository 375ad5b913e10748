import { Context, Effect, Schema } from "effect";
import { JsonObject } from "../model/json.ts";

/**
 * Kind of a question to a person during a tool call. `approval`: whether the call may be made. `form`: information that the
 * source asks for (MCP's elicitation).
 */
export const ElicitationKind = Schema.Literal("approval", "form").annotations({
  identifier: "ElicitationKind",
});

/** Question to a person. */
export const ElicitationRequest = Schema.Struct({
  kind: ElicitationKind,
  /** Address of the tool whose call waits for the answer. */
  address: Schema.String,
  message: Schema.String,
  /** Input of the call. */
  input: JsonObject,
  /** JSON Schema of the answer's `content`: a flat object (MCP 2025-06-18, "Elicitation"); without properties for an approval. */
  requestedSchema: JsonObject,
}).annotations({ identifier: "ElicitationRequest" });
export type ElicitationRequest = typeof ElicitationRequest.Type;

/** Answer of a person (MCP 2025-06-18, "Elicitation"). */
export const ElicitationAction = Schema.Literal("accept", "decline", "cancel").annotations({
  identifier: "ElicitationAction",
});
export type ElicitationAction = typeof ElicitationAction.Type;

export interface ElicitationResult {
  /** `expire`: nobody answered in time. */
  readonly action: ElicitationAction | "expire";
  /** The answers of a form; only with `accept`. */
  readonly content?: JsonObject | undefined;
}

/** Nobody can be asked where the tool is called. */
export class ElicitationUnavailable extends Schema.TaggedError<ElicitationUnavailable>()(
  "ElicitationUnavailable",
  { message: Schema.String },
) {}

/** Asks the person who is responsible for the current tool call. Where nothing provides it, nobody can be asked. */
export class Elicitor extends Context.Reference<Elicitor>()("@executor/sdk/Elicitor", {
  defaultValue: (): {
    /** Waits for the answer for as long as it takes, while the run's wall clock stands still. */
    readonly elicit: (
      request: ElicitationRequest,
    ) => Effect.Effect<ElicitationResult, ElicitationUnavailable>;
  } => ({
    elicit: () =>
      new ElicitationUnavailable({ message: "Nobody can be asked where this tool is called." }),
  }),
}) {}

/** Progress of a tool call, as its source reports it (MCP, "Progress"). */
export interface Progress {
  readonly progress: number;
  readonly total?: number | undefined;
  readonly message?: string | undefined;
}

/** Receives progress of the current tool call. Where nothing provides it, progress is dropped. */
export class ProgressListener extends Context.Reference<ProgressListener>()(
  "@executor/sdk/ProgressListener",
  {
    defaultValue: (): { readonly report: (progress: Progress) => Effect.Effect<void> } => ({
      report: () => Effect.void,
    }),
  },
) {}
