import type { Json, JsonObject } from "@executor/sdk";
import { fingerprint, isArray, isObject } from "@executor/plugin-kit";

const componentSchema = /^#\/components\/schemas\/([A-Za-z0-9._-]+)$/;

/**
 * A schema's name at the end of the reference to another document: `Pet` in `pets.yaml#/schemas/Pet` and in `Pet.yaml#`; and in
 * `#/definitions/Pet`, as Swagger 2.0 has it.
 */
const elsewhere =
  /^[^#]+\/([A-Za-z0-9._-]+?)(?:\.(?:ya?ml|json))?#$|^(?:[^#]+#(?:.*\/)?|#\/definitions\/)([A-Za-z0-9._-]+)$/;

/**
 * The name in `$defs` of a reference's target. Component schemas keep their names if OpenAPI allows them, and so do schemas of
 * other documents whose names are not taken. Other targets are named after their path, with a fingerprint after `--` that keeps
 * them distinct.
 */
export const definitionName = (
  reference: string,
  isTaken: (name: string) => boolean = () => false,
): string => {
  const isUsable = (name: string) => !(name in Object.prototype) && !name.includes("--");
  const [, name] = componentSchema.exec(reference) ?? [];
  if (name !== undefined && isUsable(name)) return name;
  const [, file, last] = elsewhere.exec(reference) ?? [];
  const other = file ?? last;
  if (other !== undefined && isUsable(other) && !isTaken(other)) return other;
  const place = reference
    .replace(/^#\/(components\/schemas\/)?/, "")
    .replace(/[^A-Za-z0-9]+/g, "_")
    .slice(0, 60);
  return `${other ?? place}--${fingerprint(reference)}`;
};

const listApplicators = ["allOf", "anyOf", "oneOf"];
const applicators = ["not", "if", "then", "else"];

/**
 * Replaces definitions that only refer to themselves (`A` is `B` and `B` is `A`) by `{}`: they constrain nothing, and a
 * validator would follow them for ever. Schemas that contain themselves under a property or as items are common and stay.
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

/** The definitions that apply to the same value as the schema. */
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
