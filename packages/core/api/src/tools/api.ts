import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "@effect/platform";
import {
  InvalidCursor,
  Tool,
  ToolkitNotFound,
  ToolNotFound,
  ToolSummary,
} from "@executor/sdk/schemas";
import { Schema } from "effect";

const defaultLimit = 50;
const maxLimit = 1_000;

const ListParameters = Schema.Struct({
  /** Words to search for; without it, all tools in order of their addresses. */
  query: Schema.optional(Schema.String),
  namespace: Schema.optional(Schema.String),
  /** `true`: the tools that wait for a review, in place of those that can be called. */
  pending: Schema.optional(Schema.BooleanFromString),
  limit: Schema.optionalWith(
    Schema.NumberFromString.pipe(Schema.int(), Schema.between(1, maxLimit)),
    { default: () => defaultLimit },
  ),
  /** Only those that exist for executions with this toolkit. */
  toolkit: Schema.optional(Schema.String),
  /** `nextCursor` of the page before. */
  cursor: Schema.optional(Schema.String),
});

const ToolPage = Schema.Struct({
  items: Schema.Array(ToolSummary),
  /** `null` on the last page. */
  nextCursor: Schema.NullOr(Schema.String),
}).annotations({ identifier: "ToolPage" });

const address = HttpApiSchema.param("address", Schema.String);

export class ToolsApi extends HttpApiGroup.make("tools")
  .add(
    HttpApiEndpoint.get("list", "/tools")
      .setUrlParams(ListParameters)
      .addSuccess(ToolPage)
      .addError(InvalidCursor)
      .addError(ToolkitNotFound),
  )
  .add(HttpApiEndpoint.get("get")`/tools/${address}`.addSuccess(Tool).addError(ToolNotFound))
  .annotate(OpenApi.Title, "Tools")
  .annotate(OpenApi.Description, "The tools of all sources.") {}
