import { shorten, text } from "@executor/plugin-kit";
import {
  DEFAULT_DEPRECATION_REASON,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isUnionType,
} from "graphql";
import type { GraphQLArgument, GraphQLCompositeType, GraphQLField, GraphQLSchema } from "graphql";
import { writtenDefault } from "../schema/built-schema.ts";

const maxPossibleTypes = 20;
const maxDefault = 60;

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

/** A field as the schema definition language writes it: `issues(first: Int! = 10): Issues!`. */
export const describeField = ({ args, name, type }: Field): string => {
  const parameters = args.map(describeArgument).join(", ");
  return `${name}${parameters === "" ? "" : `(${parameters})`}: ${String(type)}`;
};

const describeArgument = (argument: GraphQLArgument): string => {
  const written = writtenDefault(argument)?.replace(/\s+/g, " ");
  const fallback = written === undefined ? "" : ` = ${shorten(written, maxDefault)}`;
  return `${argument.name}: ${String(argument.type)}${fallback}`;
};

/** A field, an argument, an input field or an enum value. */
interface Described {
  readonly description?: string | null | undefined;
  readonly deprecationReason?: string | null | undefined;
}

/** Whether the schema marks it as deprecated. */
export const isDeprecated = ({ deprecationReason }: Described): boolean =>
  typeof deprecationReason === "string";

/** Why it is deprecated, if it is, in at most `max` characters, and then its description. `""` for neither. */
export const prose = (of: Described, max: number): string => {
  const reason = text(of.deprecationReason);
  const isTelling = reason !== undefined && reason !== DEFAULT_DEPRECATION_REASON;
  const deprecation = isTelling ? `Deprecated: ${sentence(shorten(reason, max))}` : "Deprecated.";
  return [isDeprecated(of) ? deprecation : undefined, text(of.description)]
    .filter((part) => part !== undefined)
    .join(" ");
};

const sentence = (said: string): string => (/[.!?…]$/.test(said) ? said : `${said}.`);
