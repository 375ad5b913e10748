import type { Json, JsonObject } from "@executor/sdk";
import { isArray, isObject } from "@executor/plugin-kit";

const listApplicators = ["allOf", "anyOf", "oneOf"];
const applicators = ["not", "if", "then", "else"];

/**
 * Definitions as they are, but for those that are made of themselves without anything in between (`A` is `B` and `B` is `A`):
 * these say nothing, a validator would follow them for ever, and they become `{}`. Schemas that contain themselves under
 * a property or as items are common and stay.
 */
export const dropRecursiveAliases = (
  definitions: ReadonlyMap<string, JsonObject>,
): ReadonlyMap<string, JsonObject> => {
  const state = new Map<string, "open" | "done">();
  const dropped = new Set<string>();
  const visit = (name: string): void => {
    const seen = state.get(name);
    if (seen === "open") dropped.add(name);
    if (seen !== undefined) return;
    state.set(name, "open");
    for (const target of aliases(definitions.get(name))) visit(target);
    state.set(name, "done");
  };
  for (const name of definitions.keys()) visit(name);
  if (dropped.size === 0) return definitions;
  return new Map([...definitions].map(([name, schema]) => [name, dropped.has(name) ? {} : schema]));
};

/** The definitions that apply to the same value as the schema does. */
const aliases = (schema: Json | undefined): ReadonlyArray<string> => {
  if (!isObject(schema)) return [];
  const { $ref } = schema;
  const names = typeof $ref === "string" ? [$ref.slice("#/$defs/".length)] : [];
  for (const keyword of listApplicators) {
    const list = schema[keyword];
    if (isArray(list)) names.push(...list.flatMap(aliases));
  }
  for (const keyword of applicators) names.push(...aliases(schema[keyword]));
  const dependent = schema["dependentSchemas"];
  if (isObject(dependent)) names.push(...Object.values(dependent).flatMap(aliases));
  return names;
};
