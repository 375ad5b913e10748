import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "@effect/platform";
import { NewSecret, Secret, SecretInUse, SecretName, SecretNotFound } from "@executor/sdk/schemas";
import { Schema } from "effect";

const newName = HttpApiSchema.param("name", SecretName);
const name = HttpApiSchema.param("name", Schema.String);

export class SecretsApi extends HttpApiGroup.make("secrets")
  .add(HttpApiEndpoint.get("list", "/secrets").addSuccess(Schema.Array(Secret)))
  .add(
    HttpApiEndpoint.put("put")`/secrets/${newName}`
      .setPayload(NewSecret.annotations({ parseOptions: { onExcessProperty: "error" } }))
      .addSuccess(Secret)
      .annotate(
        OpenApi.Description,
        "Adds a secret, or gives it a new value and new origins. Calls from then on have the new value.",
      ),
  )
  .add(
    HttpApiEndpoint.del("remove")`/secrets/${name}`
      .addSuccess(HttpApiSchema.NoContent)
      .addError(SecretNotFound)
      .addError(SecretInUse),
  )
  .annotate(OpenApi.Title, "Secrets")
  .annotate(
    OpenApi.Description,
    "Values that sources need. They can be put and removed, and never be read.",
  ) {}
