import { HttpApiSchema } from "@effect/platform";
import { Schema } from "effect";

export class InvalidCursor extends Schema.TaggedError<InvalidCursor>()(
  "InvalidCursor",
  { message: Schema.String },
  HttpApiSchema.annotations({ status: 400 }),
) {}

export class ToolNotFound extends Schema.TaggedError<ToolNotFound>()(
  "ToolNotFound",
  { message: Schema.String },
  HttpApiSchema.annotations({ status: 404 }),
) {}
