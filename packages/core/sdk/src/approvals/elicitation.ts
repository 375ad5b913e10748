import { Context, Effect, Schema } from "effect";
import { JsonObject } from "../model/json.ts";

/**
 * What a person is asked in the middle of a tool call. `approval`: whether the call may be made at all. `form`: what the
 * source itself wants to know (MCP's elicitation).
 */
export const ElicitationKind = Schema.Literal("approval", "form").annotations({
  identifier: "ElicitationKind",
});

/** One question to a person. */
export class ElicitationRequest extends Schema.Class<ElicitationRequest>("ElicitationRequest")({
  kind: ElicitationKind,
  /** The tool whose call waits for the answer. */
  address: Schema.String,
  message: Schema.String,
  /** What the tool is to be called with. */
  input: JsonObject,
  /** JSON Schema of the answer's `content`: a flat object (MCP 2025-06-18, "Elicitation"); without properties for an approval. */
  requestedSchema: JsonObject,
}) {}

/** What a person can answer (MCP 2025-06-18, "Elicitation"). */
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

/** There is nobody to ask where the tool is called. */
export class ElicitationUnavailable extends Schema.TaggedError<ElicitationUnavailable>()(
  "ElicitationUnavailable",
  {
    message: Schema.String,
  },
) {}

/** Asks the person behind the current tool call. Where nothing provides it, nobody can be asked. */
export class Elicitor extends Context.Reference<Elicitor>()("@executor/sdk/Elicitor", {
  defaultValue: (): {
    /** Waits for the answer as long as that takes, with the run's wall clock stopped. */
    readonly elicit: (
      request: ElicitationRequest,
    ) => Effect.Effect<ElicitationResult, ElicitationUnavailable>;
  } => ({
    elicit: () =>
      new ElicitationUnavailable({ message: "Nobody can be asked where this tool is called." }),
  }),
}) {}

/** How far a tool call has come, as its source tells (MCP, "Progress"). */
export interface Progress {
  readonly progress: number;
  readonly total?: number | undefined;
  readonly message?: string | undefined;
}

/** Hears how far the current tool call has come. Where nothing provides it, nobody listens. */
export class ProgressListener extends Context.Reference<ProgressListener>()(
  "@executor/sdk/ProgressListener",
  {
    defaultValue: (): { readonly report: (progress: Progress) => Effect.Effect<void> } => ({
      report: () => Effect.void,
    }),
  },
) {}
