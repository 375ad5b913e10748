import { HttpApiSchema } from "@effect/platform";
import { Schema } from "effect";
import { Permission } from "../auth/permission.ts";

const maxDays = 365;
const maxNameChars = 32;

/** What is given to make a key. */
export const NewKey = Schema.Struct({
  name: Schema.NonEmptyString.pipe(Schema.maxLength(maxNameChars)),
  permissions: Schema.NonEmptyArray(Permission),
  /** After how many days it holds no more; never, where absent. */
  expiresInDays: Schema.optional(Schema.Int.pipe(Schema.between(1, maxDays))),
}).annotations({ identifier: "NewKey", parseOptions: { onExcessProperty: "error" } });
export type NewKey = typeof NewKey.Type;

/** A key of an organization, all but its text. */
export class Key extends Schema.Class<Key>("Key")({
  id: Schema.String,
  name: Schema.NullOr(Schema.String),
  permissions: Schema.Array(Permission),
  createdAt: Schema.DateTimeUtc,
  expiresAt: Schema.NullOr(Schema.DateTimeUtc),
  lastUsedAt: Schema.NullOr(Schema.DateTimeUtc),
}) {}

/** A key as it is shown once, when it is made. */
export class MadeKey extends Key.extend<MadeKey>("MadeKey")({
  /** The text to send as `Authorization: Bearer`; it is stored nowhere. */
  key: Schema.String,
}) {}

export class KeyNotFound extends Schema.TaggedError<KeyNotFound>()(
  "KeyNotFound",
  { message: Schema.String },
  HttpApiSchema.annotations({ status: 404 }),
) {}
