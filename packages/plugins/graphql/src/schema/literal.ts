import type { Json } from "@executor/sdk";
import { fromEntries } from "@executor/plugin-kit";
import { Kind } from "graphql";
import type { ValueNode } from "graphql";

/**
 * The JSON value of a literal, its type not considered: enum values are text, and so are integers that a double would round.
 * Variables, which cannot stand in a schema, are `null`.
 */
export const literalValue = (node: ValueNode): Json => {
  switch (node.kind) {
    case Kind.INT: {
      const value = Number(node.value);
      return Number.isSafeInteger(value) ? value : node.value;
    }
    case Kind.FLOAT: {
      const value = Number(node.value);
      return Number.isFinite(value) ? value : node.value;
    }
    case Kind.STRING:
    case Kind.ENUM:
    case Kind.BOOLEAN:
      return node.value;
    case Kind.LIST:
      return node.values.map(literalValue);
    case Kind.OBJECT:
      return fromEntries(
        node.fields.map(({ name, value }) => [name.value, literalValue(value)] as const),
      );
    case Kind.NULL:
    case Kind.VARIABLE:
      return null;
  }
};
