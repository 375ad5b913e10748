import { HttpApiSchema } from "@effect/platform";
import { Schema } from "effect";

/** Something that the daemon did not expect. What it was stands in the log, under the trace id, and nowhere else. */
export class InternalError extends Schema.TaggedError<InternalError>()(
  "InternalError",
  { traceId: Schema.String },
  HttpApiSchema.annotations({ status: 500 }),
) {}

/** The request's body could not be read as what its `Content-Type` says. */
export class InvalidRequestBody extends Schema.TaggedError<InvalidRequestBody>()(
  "InvalidRequestBody",
  { message: Schema.String },
  HttpApiSchema.annotations({ status: 400 }),
) {}

/** Nothing answers at this method and path. */
export class RouteNotFound extends Schema.TaggedError<RouteNotFound>()(
  "RouteNotFound",
  { message: Schema.String },
  HttpApiSchema.annotations({ status: 404 }),
) {}

/** The request is not let in. */
export class Forbidden extends Schema.TaggedError<Forbidden>()(
  "Forbidden",
  { message: Schema.String },
  HttpApiSchema.annotations({ status: 403 }),
) {}
