import { HttpApiSchema } from "@effect/platform";
import { Schema } from "effect";

/**
 * Base class of an error that the API answers with a status, and with a message that says what to do.
 *
 * ```ts
 * import { apiError } from "@executor/sdk/schemas";
 *
 * class ToolNotFound extends apiError<ToolNotFound>()("ToolNotFound", 404) {}
 * new ToolNotFound({ message: "There is no tool a.b. Search for one by what it does." });
 * ```
 */
export const apiError =
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the class's own type, which nothing can infer
  <Self>() =>
    // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- becomes the literal type of `_tag`
    <Tag extends string>(tag: Tag, status: number) =>
      Schema.TaggedError<Self>()(
        tag,
        { message: Schema.String },
        HttpApiSchema.annotations({ status }),
      );
