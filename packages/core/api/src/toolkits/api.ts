import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "@effect/platform";
import {
  InvalidToolkit,
  NewToolkit,
  Toolkit,
  ToolkitEdit,
  ToolkitNotFound,
  ToolkitUnavailable,
} from "@executor/sdk/schemas";
import { Schema } from "effect";

/** A misspelt field is refused, so that no limit is silently ignored. */
const strict = <A, I>(schema: Schema.Schema<A, I>) =>
  schema.annotations({ parseOptions: { onExcessProperty: "error" } });

const name = HttpApiSchema.param("name", Schema.String);

export class ToolkitsApi extends HttpApiGroup.make("toolkits")
  .add(HttpApiEndpoint.get("list", "/toolkits").addSuccess(Schema.Array(Toolkit)))
  .add(
    HttpApiEndpoint.post("add", "/toolkits")
      .setPayload(strict(NewToolkit))
      .addSuccess(Toolkit, { status: 201 })
      .addError(ToolkitUnavailable)
      .addError(InvalidToolkit),
  )
  .add(HttpApiEndpoint.get("get")`/toolkits/${name}`.addSuccess(Toolkit).addError(ToolkitNotFound))
  .add(
    HttpApiEndpoint.patch("edit")`/toolkits/${name}`
      .setPayload(strict(ToolkitEdit))
      .addSuccess(Toolkit)
      .addError(ToolkitNotFound)
      .addError(InvalidToolkit)
      .annotate(
        OpenApi.Description,
        "Changes the given fields; a list is replaced as a whole. It holds from the next call on, of executions under way too.",
      ),
  )
  .add(
    HttpApiEndpoint.del("remove")`/toolkits/${name}`
      .addSuccess(HttpApiSchema.NoContent)
      .addError(ToolkitNotFound),
  )
  .annotate(OpenApi.Title, "Toolkits")
  .annotate(
    OpenApi.Description,
    "Named subsets of the tools: for an execution that begins with one, no other tools exist.",
  ) {}
