import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "@effect/platform";
import { Forbidden } from "@executor/api";
import { apiError, InvalidCursor, ToolkitName, ToolkitNotFound } from "@executor/sdk/schemas";
import { Schema } from "effect";
import { allPermissions, mcpPermission, Permission } from "../auth/permissions.ts";
import { TooManyRequests } from "../auth/request-limit.ts";

const maxDays = 365;
const maxNameChars = 32;
const defaultLimit = 50;
const maxLimit = 1_000;

/** Payload of a request for a new key. */
export const NewKey = Schema.Struct({
  name: Schema.NonEmptyString.pipe(Schema.maxLength(maxNameChars)),
  permissions: Schema.NonEmptyArray(Permission).pipe(Schema.maxItems(allPermissions.length)),
  /** Days until it expires; it never does without them. */
  expiresInDays: Schema.optional(Schema.Int.pipe(Schema.between(1, maxDays))),
  /** Toolkit that it is bound to: it reaches the MCP endpoint of this toolkit and nothing else. */
  toolkit: Schema.optional(ToolkitName),
})
  .pipe(
    Schema.filter(
      ({ permissions, toolkit }) =>
        toolkit === undefined || permissions.every((permission) => permission === mcpPermission),
      {
        message: () =>
          `A key that is bound to a toolkit reaches its MCP endpoint alone: give it the permission ${mcpPermission} and no other.`,
      },
    ),
  )
  .annotations({ identifier: "NewKey", parseOptions: { onExcessProperty: "error" } });
export type NewKey = typeof NewKey.Type;

const ListParameters = Schema.Struct({
  limit: Schema.optionalWith(
    Schema.NumberFromString.pipe(Schema.int(), Schema.between(1, maxLimit)),
    { default: () => defaultLimit },
  ),
  /** `nextCursor` of the page before. */
  cursor: Schema.optional(Schema.String),
});

/** A key of an organization, without its text. */
export class Key extends Schema.Class<Key>("Key")({
  id: Schema.String,
  name: Schema.NullOr(Schema.String),
  permissions: Schema.Array(Permission),
  toolkit: Schema.NullOr(ToolkitName),
  /** Member that made the key, or took it since; the key ends with this membership. */
  holder: Schema.Struct({ id: Schema.String, name: Schema.String, email: Schema.String }),
  createdAt: Schema.DateTimeUtc,
  expiresAt: Schema.NullOr(Schema.DateTimeUtc),
  /** Time of the last use, to the minute. */
  lastUsedAt: Schema.NullOr(Schema.DateTimeUtc),
}) {}

/** A new key, as it is shown once. */
export class MadeKey extends Key.extend<MadeKey>("MadeKey")({
  /** The text to send as `Authorization: Bearer`; it is stored nowhere. */
  key: Schema.String,
}) {}

const KeyPage = Schema.Struct({
  items: Schema.Array(Key),
  /** `null` on the last page. */
  nextCursor: Schema.NullOr(Schema.String),
}).annotations({ identifier: "KeyPage" });

export class KeyNotFound extends apiError<KeyNotFound>()("KeyNotFound", 404) {}

/** The organization has as many keys as it may have. */
export class TooManyKeys extends Schema.TaggedError<TooManyKeys>()(
  "TooManyKeys",
  { message: Schema.String, limit: Schema.Int },
  HttpApiSchema.annotations({ status: 409 }),
) {}

const id = HttpApiSchema.param("id", Schema.String);

export class KeysApi extends HttpApiGroup.make("keys")
  .add(
    HttpApiEndpoint.get("list", "/keys")
      .setUrlParams(ListParameters)
      .addSuccess(KeyPage)
      .addError(InvalidCursor)
      .annotate(OpenApi.Description, "Every key of the organization, the newest first."),
  )
  .add(
    HttpApiEndpoint.post("create", "/keys")
      .setPayload(NewKey)
      .addSuccess(MadeKey, { status: 201 })
      .addError(TooManyKeys)
      .addError(ToolkitNotFound),
  )
  .add(
    HttpApiEndpoint.post("take")`/keys/${id}/take`
      .addSuccess(Key)
      .addError(KeyNotFound)
      .addError(Forbidden)
      .annotate(
        OpenApi.Description,
        "Makes the caller, an owner, the key's holder, so that it outlives the membership of the one before. Its text stays the same.",
      ),
  )
  .add(
    HttpApiEndpoint.del("revoke")`/keys/${id}`
      .addSuccess(HttpApiSchema.NoContent)
      .addError(KeyNotFound)
      .annotate(OpenApi.Description, "Ends a key: the next request with it is refused."),
  )
  .addError(TooManyRequests)
  .prefix("/api")
  .annotate(OpenApi.Title, "Keys")
  .annotate(
    OpenApi.Description,
    "API keys of the organization, for its owners and admins: signed in, not by a key.",
  ) {}
