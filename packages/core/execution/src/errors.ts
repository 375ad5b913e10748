import { HttpApiSchema } from "@effect/platform";
import { Schema } from "effect";

export class ExecutionNotFound extends Schema.TaggedError<ExecutionNotFound>()(
  "ExecutionNotFound",
  { message: Schema.String },
  HttpApiSchema.annotations({ status: 404 }),
) {}

/** More executions wait than the daemon holds. */
export class TooManyExecutions extends Schema.TaggedError<TooManyExecutions>()(
  "TooManyExecutions",
  { message: Schema.String },
  HttpApiSchema.annotations({ status: 503 }),
) {}

/** No open question of this execution has this id. */
export class ApprovalNotFound extends Schema.TaggedError<ApprovalNotFound>()(
  "ApprovalNotFound",
  { message: Schema.String },
  HttpApiSchema.annotations({ status: 404 }),
) {}

/** The execution waits for nobody any more; the message says how it ended. */
export class ExecutionEnded extends Schema.TaggedError<ExecutionEnded>()(
  "ExecutionEnded",
  { message: Schema.String },
  HttpApiSchema.annotations({ status: 409 }),
) {}

/** The execution belongs to another client. */
export class NotTheOwner extends Schema.TaggedError<NotTheOwner>()(
  "NotTheOwner",
  { message: Schema.String },
  HttpApiSchema.annotations({ status: 403 }),
) {}

/** The content does not answer the question; it stays open. */
export class InvalidAnswer extends Schema.TaggedError<InvalidAnswer>()(
  "InvalidAnswer",
  { message: Schema.String },
  HttpApiSchema.annotations({ status: 422 }),
) {}
