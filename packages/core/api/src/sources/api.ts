import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "@effect/platform";
import {
  BuiltInSource,
  InvalidSourceEdit,
  MissingSecret,
  NamespaceUnavailable,
  NewSource,
  RefreshedSource,
  SecretNotForOrigin,
  Source,
  SourceDetails,
  SourceEdit,
  SourceKind,
  SourceLoadError,
  SourceNotFound,
  SourceReview,
  SourceSettings,
  ToolNotPending,
  UnsupportedSourceKind,
} from "@executor/sdk/schemas";
import { Schema } from "effect";

const namespace = HttpApiSchema.param("namespace", Schema.String);

/** A misspelt field is refused, so that no setting, such as a header, is silently lost. */
const strict = <A, I>(schema: Schema.Schema<A, I>) =>
  schema.annotations({ parseOptions: { onExcessProperty: "error" } });

/** Reasons why a source cannot be read with its settings and secrets. */
const UseSourceError = Schema.Union(SourceLoadError, MissingSecret, SecretNotForOrigin);

const DetectedSource = Schema.Struct({
  kind: SourceKind,
  name: Schema.String,
  /** Suggested namespace. */
  namespace: Schema.String,
}).annotations({ identifier: "DetectedSource" });

const Refresh = Schema.Struct({
  /** The new text of a source that was added as text. */
  document: Schema.optional(Schema.String),
}).annotations({ identifier: "Refresh" });

export class SourcesApi extends HttpApiGroup.make("sources")
  .add(HttpApiEndpoint.get("list", "/sources").addSuccess(Schema.Array(Source)))
  .add(
    HttpApiEndpoint.post("add", "/sources")
      .setPayload(strict(NewSource))
      .addSuccess(SourceDetails, { status: 201 })
      .addError(Schema.Union(NamespaceUnavailable, UnsupportedSourceKind, UseSourceError)),
  )
  .add(
    HttpApiEndpoint.post("detect", "/sources/detect")
      .setPayload(strict(SourceSettings))
      .addSuccess(Schema.Array(DetectedSource))
      .addError(UseSourceError),
  )
  .add(
    HttpApiEndpoint.get("get")`/sources/${namespace}`
      .addSuccess(SourceDetails)
      .addError(SourceNotFound),
  )
  .add(
    HttpApiEndpoint.patch("edit")`/sources/${namespace}`
      .setPayload(strict(SourceEdit))
      .addSuccess(RefreshedSource)
      .addError(
        Schema.Union(
          SourceNotFound,
          BuiltInSource,
          UnsupportedSourceKind,
          InvalidSourceEdit,
          UseSourceError,
        ),
      ),
  )
  .add(
    HttpApiEndpoint.del("remove")`/sources/${namespace}`
      .addSuccess(HttpApiSchema.NoContent)
      .addError(Schema.Union(SourceNotFound, BuiltInSource)),
  )
  .add(
    HttpApiEndpoint.post("refresh")`/sources/${namespace}/refresh`
      .setPayload(strict(Refresh))
      .addSuccess(RefreshedSource)
      .addError(Schema.Union(SourceNotFound, BuiltInSource, UnsupportedSourceKind, UseSourceError)),
  )
  .add(
    HttpApiEndpoint.post("review")`/sources/${namespace}/review`
      .setPayload(strict(SourceReview))
      .addSuccess(SourceDetails)
      .addError(Schema.Union(SourceNotFound, ToolNotPending)),
  )
  .annotate(OpenApi.Title, "Sources")
  .annotate(OpenApi.Description, "OpenAPI documents, MCP servers and GraphQL endpoints.") {}
