import type { LoadedSource, ResolvedSettings, ToolDefinition } from "@executor/sdk";
import {
  type FilterNames,
  isReserved,
  makeWarnings,
  type Steps,
  takeOnly,
} from "@executor/plugin-kit";
import type { GraphQLField, GraphQLSchema } from "graphql";
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
  const schemas = makeJsonSchemas();
  const warnings = makeWarnings();
  const omissions = makeOmissions();
  const tools: Array<ToolDefinition> = [];
  for (const root of yield* takeOnly(rootFields(named.schema), only, filterNames, warnings)) {
    const { field, operation, path, place } = root;
    if (operation === "subscription") {
      const message = `The subscription ${field.name} is not a tool: a tool answers once.`;
      warnings.warn("subscription_not_supported", message, place);
      continue;
    }
    if (path !== `${operation}.${field.name}`) {
      warnings.warn(
        "name_reserved",
        `${field.name} is a name that every object has, so the tool is called ${path}.`,
        place,
      );
    }
    tools.push(toolDefinition(path, operation, field, named, schemas, omissions.of(path)));
    yield;
  }
  if (overlay !== undefined) {
    warnings.warn(
      "overlay_not_applicable",
      "An overlay changes OpenAPI documents, so it is ignored.",
      "overlay",
    );
  }
  omissions.warn(warnings);
  if (tools.length === 0) {
    warnings.warn("no_operations", "The source has no tools.", null);
  }
  const definitions = yield* schemas.definitions();
  return { tools, definitions, warnings: [...named.warnings, ...warnings.all()] };
}

/** A field of a root type. */
interface RootField {
  readonly operation: "query" | "mutation" | "subscription";
  readonly field: GraphQLField<unknown, unknown>;
  /** Path of its tool, if it becomes one. */
  readonly path: string;
  readonly place: string;
}

const rootFields = (schema: GraphQLSchema): ReadonlyArray<RootField> => {
  const roots = [
    ["query", schema.getQueryType()],
    ["mutation", schema.getMutationType()],
    ["subscription", schema.getSubscriptionType()],
  ] as const;
  return roots.flatMap(([operation, type]) => {
    const fields = Object.values(type?.getFields() ?? {});
    const taken = new Set(fields.map(({ name }) => name));
    return fields.map((field) => ({
      operation,
      field,
      path: `${operation}.${segment(field.name, taken)}`,
      place: `${type?.name}.${field.name}`,
    }));
  });
};

/** A filter finds a field by its name or its tool's path. GraphQL has neither tags nor paths. */
const filterNames: FilterNames<RootField> = {
  operations: ({ field, path }) => [field.name, path],
};

/**
 * The path segment of a field. GraphQL's names are identifiers (October 2021, section 2.1.9); a reserved one gets trailing
 * underscores until no other field has that name.
 */
const segment = (name: string, taken: ReadonlySet<string>): string =>
  isReserved(name) ? freeName(`${name}_`, taken) : name;
