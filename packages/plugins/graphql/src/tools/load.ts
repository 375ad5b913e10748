import type { LoadedSource, ToolDefinition } from "@executor/sdk";
import type { Steps } from "@executor/plugin-kit";
import type { GraphQLObjectType } from "graphql";
import type { Binding } from "../calls/binding.ts";
import { segments } from "./identifiers.ts";
import { makeJsonSchemas } from "./json-schemas.ts";
import type { NamedSchema } from "../schema/read-schema.ts";
import { toolDefinition } from "./tool-definition.ts";

/**
 * Every field of the query and mutation types as a tool, `query.user` and `mutation.addUser` whatever the types are called.
 * Subscriptions are left out: a tool answers once.
 */
export function* readTools(named: NamedSchema): Steps<Pick<LoadedSource, "tools" | "definitions">> {
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
    const paths = segments(fields.map(({ name }) => name));
    for (const [index, field] of fields.entries()) {
      const path = `${operation}.${paths[index] ?? field.name}`;
      tools.push(toolDefinition(path, operation, field, named, schemas));
      yield;
    }
  }
  return { tools, definitions: yield* schemas.definitions() };
}
