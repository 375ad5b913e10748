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

/** The path is there, but not for this method; the header `Allow` lists those that it has. */
export class MethodNotAllowed extends Schema.TaggedError<MethodNotAllowed>()(
  "MethodNotAllowed",
  { message: Schema.String },
  HttpApiSchema.annotations({ status: 405 }),
) {}

/** The request is not let in. */
export class Forbidden extends Schema.TaggedError<Forbidden>()(
  "Forbidden",
  { message: Schema.String },
  HttpApiSchema.annotations({ status: 403 }),
) {}
