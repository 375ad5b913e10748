import { Schema } from "effect";
import { apiError } from "./api-error.ts";

/** Tools that the operator has looked at, and that may be called: by their addresses, or all that wait. */
export const SourceReview = Schema.Struct({
  /** The source's `refreshedAt` from before its tools were listed: those that a later reading added or changed go on waiting. */
  refreshedAt: Schema.DateTimeUtc,
  tools: Schema.optional(Schema.NonEmptyArray(Schema.String)),
  all: Schema.optional(Schema.Literal(true)),
}).pipe(
  Schema.filter(
    ({ tools, all }) =>
      (tools === undefined) !== (all === undefined) ||
      'Give either tools, such as ["pets.addPet"], or all.',
  ),
  Schema.annotations({ identifier: "SourceReview" }),
);
export type SourceReview = typeof SourceReview.Type;

/** A tool that is to be approved does not wait for a review, or is no longer as it was shown. */
export class ToolNotPending extends apiError<ToolNotPending>()("ToolNotPending", 422) {}
