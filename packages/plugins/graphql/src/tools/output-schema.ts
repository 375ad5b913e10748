import type { Json, JsonObject } from "@executor/sdk";
import { fromEntries } from "@executor/plugin-kit";
import { isCompositeType } from "graphql";
import type { GraphQLOutputType } from "graphql";
import { selectsTypename } from "./default-selection.ts";
import type { Selection } from "./default-selection.ts";
import type { JsonSchemas } from "./json-schemas.ts";

/** The JSON Schema of a result with this type, of which this selection is taken. */
export const outputSchema = (
  type: GraphQLOutputType,
  selection: Selection | undefined,
  schemas: JsonSchemas,
): JsonObject =>
  schemas.value(type, (named) =>
    isCompositeType(named) && selection !== undefined
      ? objectSchema(selection, schemas)
      : schemas.named(named),
  );

/** Members that only some types of a union or an interface have are listed, and not required. */
const objectSchema = (selection: Selection, schemas: JsonSchemas): JsonObject => {
  const { fields, fragments } = selection;
  const typename = selectsTypename(selection) ? ["__typename"] : [];
  const properties: ReadonlyArray<readonly [string, Json]> = [
    ...typename.map((name) => [name, { type: "string" }] as const),
    ...[...fields, ...fragments.flatMap((fragment) => fragment.fields)].map(
      (field) => [field.key, outputSchema(field.type, field.selection, schemas)] as const,
    ),
  ];
  return {
    type: "object",
    properties: fromEntries(properties),
    required: [...typename, ...fields.map(({ key }) => key)],
  };
};
