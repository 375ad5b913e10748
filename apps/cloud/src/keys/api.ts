import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "@effect/platform";
import { Schema } from "effect";
import { Permission } from "../auth/permissions.ts";

const maxDays = 365;
const maxNameChars = 32;

/** Payload of a request for a new key. */
export const NewKey = Schema.Struct({
  name: Schema.NonEmptyString.pipe(Schema.maxLength(maxNameChars)),
  permissions: Schema.NonEmptyArray(Permission),
  /** Days until it expires; it never does without them. */
  expiresInDays: Schema.optional(Schema.Int.pipe(Schema.between(1, maxDays))),
}).annotations({ identifier: "NewKey", parseOptions: { onExcessProperty: "error" } });
export type NewKey = typeof NewKey.Type;

/** A key of an organization, without its text. */
export class Key extends Schema.Class<Key>("Key")({
  id: Schema.String,
  name: Schema.NullOr(Schema.String),
  permissions: Schema.Array(Permission),
  createdAt: Schema.DateTimeUtc,
  expiresAt: Schema.NullOr(Schema.DateTimeUtc),
  lastUsedAt: Schema.NullOr(Schema.DateTimeUtc),
}) {}

/** A new key, as it is shown once. */
export class MadeKey extends Key.extend<MadeKey>("MadeKey")({
  /** The text to send as `Authorization: Bearer`; it is stored nowhere. */
  key: Schema.String,
}) {}

export class KeyNotFound extends Schema.TaggedError<KeyNotFound>()(
  "KeyNotFound",
  { message: Schema.String },
  HttpApiSchema.annotations({ status: 404 }),
) {}

const id = HttpApiSchema.param("id", Schema.String);

export class KeysApi extends HttpApiGroup.make("keys")
  .add(HttpApiEndpoint.get("list", "/keys").addSuccess(Schema.Array(Key)))
  .add(
    HttpApiEndpoint.post("create", "/keys").setPayload(NewKey).addSuccess(MadeKey, { status: 201 }),
  )
  .add(
    HttpApiEndpoint.del("revoke")`/keys/${id}`
      .addSuccess(HttpApiSchema.NoContent)
      .addError(KeyNotFound),
  )
  .prefix("/api")
  .annotate(OpenApi.Title, "Keys")
  .annotate(
    OpenApi.Description,
    "API keys of the organization, for its owners and admins: signed in, not by a key.",
  ) {}
