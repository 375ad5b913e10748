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
