import { HttpApiSchema } from "@effect/platform";
import { Schema } from "effect";

/** Nobody can be told by the request: it has no key and no session, or one that holds no more. */
export class Unauthorized extends Schema.TaggedError<Unauthorized>()(
  "Unauthorized",
  { message: Schema.String },
  HttpApiSchema.annotations({ status: 401 }),
) {}

/** There is no such endpoint. */
export class EndpointNotFound extends Schema.TaggedError<EndpointNotFound>()(
  "EndpointNotFound",
  { message: Schema.String },
  HttpApiSchema.annotations({ status: 404 }),
) {}
