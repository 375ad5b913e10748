import type { LoadedSource, ToolDefinition } from "@executor/sdk";
import { isReserved, type Steps } from "@executor/plugin-kit";
import type { GraphQLObjectType } from "graphql";
import type { Binding } from "../calls/operation.ts";
import { makeJsonSchemas } from "./json-schemas.ts";
import type { NamedSchema } from "../schema/read-schema.ts";
import { freeName, toolDefinition } from "./tool-definition.ts";

/**
 * Every field of the query and mutation types as a tool: `query.user`, `mutation.addUser`, whatever the names of the types.
 * Subscriptions are left out: a tool answers once.
 */
export function* readTools(
  named: NamedSchema,
): Steps<Pick<LoadedSource, "tools" | "definitions" | "warnings">> {
  const schemas = makeJsonSchemas();
  const tools: Array<ToolDefinition> = [];
  const roots: ReadonlyArray<
    readonly [Binding["operation"], GraphQLObjectType | null | undefined]
  > = [
    ["query", named.schema.getQueryType()],
    ["mutation", named.schema.getMutationType()],
  ];
  for (const [operation, type] of roots) {
    const fields = Object.values(type?.getFields() ?? {});
    const taken = new Set(fields.map(({ name }) => name));
    for (const field of fields) {
      const path = `${operation}.${segment(field.name, taken)}`;
      tools.push(toolDefinition(path, operation, field, named, schemas));
      yield;
    }
  }
  return { tools, definitions: yield* schemas.definitions(), warnings: [] };
}

/**
 * The path segment of a field. GraphQL's names are identifiers (October 2021, section 2.1.9); a reserved one gets trailing
 * underscores until no other field has that name.
 */
const segment = (name: string, taken: ReadonlySet<string>): string =>
  isReserved(name) ? freeName(`${name}_`, taken) : name;
