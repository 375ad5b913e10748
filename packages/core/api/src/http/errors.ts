import { HttpApiSchema } from "@effect/platform";
import { Schema } from "effect";

/** Unexpected failure of the app. Its cause stands in the log, under the trace id, and nowhere else. */
export class InternalError extends Schema.TaggedError<InternalError>()(
  "InternalError",
  { traceId: Schema.String },
  HttpApiSchema.annotations({ status: 500 }),
) {}

/** The request's body is not what its `Content-Type` says. */
export class InvalidRequestBody extends Schema.TaggedError<InvalidRequestBody>()(
  "InvalidRequestBody",
  { message: Schema.String },
  HttpApiSchema.annotations({ status: 400 }),
) {}

/** No route has this path. */
export class RouteNotFound extends Schema.TaggedError<RouteNotFound>()(
  "RouteNotFound",
  { message: Schema.String },
  HttpApiSchema.annotations({ status: 404 }),
) {}

/** The route does not have this method; the header `Allow` lists its methods. */
export class MethodNotAllowed extends Schema.TaggedError<MethodNotAllowed>()(
  "MethodNotAllowed",
  { message: Schema.String },
  HttpApiSchema.annotations({ status: 405 }),
) {}

/** The request is refused: its maker lacks a permission, or its origin is another site. */
export class Forbidden extends Schema.TaggedError<Forbidden>()(
  "Forbidden",
  { message: Schema.String },
  HttpApiSchema.annotations({ status: 403 }),
) {}
