import { shorten } from "@executor/plugin-kit";
import { getNamedType, isAbstractType, isCompositeType, isUnionType } from "graphql";
import type { GraphQLCompositeType, GraphQLField, GraphQLSchema } from "graphql";

const maxPossibleTypes = 20;

/**
 * The types that a selection on `type` can reach, the nearest first, in at most `max` characters, almost as the schema
 * definition language writes them: `Repository { id: ID! issues(first: Int): Issues! } Issues { … } Owner = User | Team`.
 */
export const outline = (schema: GraphQLSchema, type: GraphQLCompositeType, max: number): string => {
  const reached = new Set([type]);
  let written = "";
  for (const next of reached) {
    const types = isAbstractType(next) ? schema.getPossibleTypes(next) : [];
    const fields = isUnionType(next)
      ? []
      : Object.values(next.getFields()).filter((field) => !isDeprecated(field));
    const body = fields.length === 0 ? "" : ` { ${fields.map(describeField).join(" ")} }`;
    const alternatives =
      types.length === 0 || types.length > maxPossibleTypes
        ? ""
        : ` = ${types.map(({ name }) => name).join(" | ")}`;
    const more = `${written === "" ? "" : `${written} `}${next.name}${body}${alternatives}`;
    if (more.length > max) return shorten(more, max);
    written = more;
    for (const field of fields) {
      const inner = getNamedType(field.type);
      if (isCompositeType(inner)) reached.add(inner);
    }
    if (alternatives !== "") for (const each of types) reached.add(each);
  }
  return written;
};

export type Field = GraphQLField<unknown, unknown>;

/** A field as the schema definition language writes it: `issues(first: Int): Issues!`. */
export const describeField = ({ args, name, type }: Field): string => {
  const parameters = args.map((arg) => `${arg.name}: ${String(arg.type)}`).join(", ");
  return `${name}${parameters === "" ? "" : `(${parameters})`}: ${String(type)}`;
};

/** Whether the schema marks a field, an argument or an input field as deprecated. */
export const isDeprecated = ({
  deprecationReason,
}: {
  readonly deprecationReason?: string | null | undefined;
}): boolean => typeof deprecationReason === "string";
