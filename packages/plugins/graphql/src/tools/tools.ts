import type { LoadedSource, ResolvedSettings, ToolDefinition } from "@executor/sdk";
import { isReserved, makeWarnings, type Steps } from "@executor/plugin-kit";
import type { GraphQLObjectType } from "graphql";
import type { Binding } from "../calls/operation.ts";
import { makeFieldFilter } from "./field-filter.ts";
import { makeJsonSchemas } from "./json-schemas.ts";
import { makeOmissions } from "./omissions.ts";
import type { NamedSchema } from "../schema/read-schema.ts";
import { freeName, toolDefinition } from "./tool-definition.ts";

/**
 * Every field of the query and mutation types that the source's filter takes, as a tool: `query.user`, `mutation.addUser`,
 * whatever the names of the types. A subscription is not a tool, because a tool answers once.
 */
export function* readTools(
  named: NamedSchema,
  { only, overlay }: Pick<ResolvedSettings, "only" | "overlay"> = {},
): Steps<Pick<LoadedSource, "tools" | "definitions" | "warnings">> {
  const { schema } = named;
  const schemas = makeJsonSchemas();
  const warnings = makeWarnings();
  const omissions = makeOmissions();
  const filter = makeFieldFilter(only);
  const tools: Array<ToolDefinition> = [];
  const roots: ReadonlyArray<
    readonly [Binding["operation"], GraphQLObjectType | null | undefined]
  > = [
    ["query", schema.getQueryType()],
    ["mutation", schema.getMutationType()],
  ];
  for (const [operation, type] of roots) {
    const fields = Object.values(type?.getFields() ?? {});
    const taken = new Set(fields.map(({ name }) => name));
    for (const field of fields) {
      const name = segment(field.name, taken);
      const path = `${operation}.${name}`;
      if (!filter.takes(field.name, path)) continue;
      if (name !== field.name) {
        warnings.warn(
          "name_reserved",
          `${field.name} is a name that every object has, so the tool is called ${path}.`,
          `${type?.name}.${field.name}`,
        );
      }
      tools.push(toolDefinition(path, operation, field, named, schemas, omissions.of(path)));
      yield;
    }
  }
  const subscriptions = schema.getSubscriptionType();
  for (const { name } of Object.values(subscriptions?.getFields() ?? {})) {
    const place = `${subscriptions?.name}.${name}`;
    if (!filter.takes(name, `subscription.${name}`)) continue;
    warnings.warn(
      "subscription_not_supported",
      `The subscription ${name} is not a tool: a tool answers once.`,
      place,
    );
  }
  if (overlay !== undefined) {
    warnings.warn(
      "overlay_not_applicable",
      "An overlay changes OpenAPI documents, so it is ignored.",
      "overlay",
    );
  }
  filter.warn(warnings);
  omissions.warn(warnings);
  if (tools.length === 0) {
    warnings.warn("no_operations", "The source has no tools.", null);
  }
  const definitions = yield* schemas.definitions();
  return { tools, definitions, warnings: [...named.warnings, ...warnings.all()] };
}

/**
 * The path segment of a field. GraphQL's names are identifiers (October 2021, section 2.1.9); a reserved one gets trailing
 * underscores until no other field has that name.
 */
const segment = (name: string, taken: ReadonlySet<string>): string =>
  isReserved(name) ? freeName(`${name}_`, taken) : name;
