import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "@effect/platform";
import { Schema } from "effect";
import { Key, KeyNotFound, MadeKey, NewKey } from "./key.ts";

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
