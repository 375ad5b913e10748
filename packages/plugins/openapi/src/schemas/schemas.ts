import type { Json, JsonObject } from "@executor/sdk";
import { fromEntries, isArray, isObject, member, pointer, type Steps } from "@executor/plugin-kit";
import type { OpenApiDocument } from "../document/outline.ts";
import { maxHops, type References } from "../document/references.ts";
import { definitionName, dropRecursiveAliases } from "./definitions.ts";
import { readDiscriminator } from "./discriminator.ts";
import { keywords } from "./keywords.ts";
import { sentNames } from "./read-only.ts";

/** Levels of nesting, more than any valid schema has. Deeper parts are left open (`{}`). */
const maxDepth = 100;

export interface Schemas {
  /** The schema in JSON Schema 2020-12. The targets of its references become definitions. */
  readonly read: (schema: Json | undefined) => JsonObject;
  /** All definitions that the schemas read so far refer to, directly or indirectly, each converted once, in steps. */
  readonly definitions: () => Steps<ReadonlyMap<string, JsonObject>>;
}

/**
 * Converts the schemas of a description one at a time, without inlining references: `#/components/schemas/X` becomes
 * `#/$defs/X`, and the target of any other reference becomes a definition named after its path. A broken reference is left open
 * (`{}`): the upstream checks the value.
 */
export const makeSchemas = (document: OpenApiDocument, references: References): Schemas => {
  const names = new Map<string, string>();
  const definitions = new Map<string, JsonObject>();
  const taken = new Set<string>();
  /** The description's own schemas keep their names, whatever other documents call theirs. */
  const own = member(member(document.root, "components"), "schemas");

  /** The target itself, where a definition would only refer to a schema of another document. */
  const atHome = (reference: string): string => {
    let current = reference;
    for (let hop = 0; hop < maxHops; hop += 1) {
      const target = references.find(current);
      const isAlias = isObject(target) && Object.keys(target).length === 1;
      const next = isAlias ? references.target(target) : undefined;
      if (next === undefined || next.startsWith("#")) return current;
      current = next;
    }
    return reference;
  };

  const nameFor = (written: string): string | undefined => {
    const reference = atHome(written);
    const known = names.get(reference);
    if (known !== undefined) return known;
    const target = references.find(reference);
    if (!isObject(target) && typeof target !== "boolean") return undefined;
    const name = definitionName(reference, (wanted) =>
      member(own, wanted) === undefined
        ? taken.has(wanted)
        : atHome(`#${pointer("components", "schemas", wanted)}`) !== reference,
    );
    names.set(reference, name);
    taken.add(name);
    return name;
  };

  const nested = (schema: Json, depth: number, whole?: JsonObject): Json =>
    typeof schema === "boolean" ? schema : read(schema, depth + 1, whole);

  const reference = (schema: JsonObject, target: string): JsonObject => {
    const name = nameFor(target);
    if (name === undefined) return {};
    const description = member(schema, "description");
    const converted = { $ref: `#/$defs/${name}` };
    return typeof description === "string" ? { ...converted, description } : converted;
  };

  /** `whole`: the schema whose `allOf` this one is part of. */
  const read = (schema: Json | undefined, depth: number, whole?: JsonObject): JsonObject => {
    if (!isObject(schema) || depth > maxDepth) return schema === false ? { not: {} } : {};
    const target = references.target(schema);
    const is30 = document.dialect === "3.0";
    if (is30 && target !== undefined) {
      const converted = reference(schema, target);
      return schema["nullable"] === true ? orNull(converted) : converted;
    }
    const converted: Record<string, Json> =
      target !== undefined ? { ...reference(schema, target) } : {};
    for (const [keyword, value] of Object.entries(schema)) {
      const kind = keywords.get(keyword);
      if (kind === "schema") {
        if (isArray(value)) converted["prefixItems"] = value.map((item) => nested(item, depth));
        else if (isObject(value) || typeof value === "boolean")
          converted[keyword] = nested(value, depth);
      } else if (kind === "list") {
        if (isArray(value) && value.length > 0) {
          const around = keyword === "allOf" ? (whole ?? schema) : undefined;
          converted[keyword] = value.map((item) => nested(item, depth, around));
        }
      } else if (kind === "map") {
        if (isObject(value)) converted[keyword] = readMap(value, depth);
      } else if (kind?.(value) === true) {
        converted[keyword] = value;
      }
    }
    const { required } = converted;
    if (isArray(required)) {
      const sent = sentNames(required, whole ?? schema, references);
      if (sent.length > 0) converted["required"] = sent;
      else delete converted["required"];
    }
    const discriminator = readDiscriminator(schema, references, nameFor);
    if (discriminator !== undefined) converted["discriminator"] = discriminator;
    return from30(schema, converted);
  };

  const readMap = (schemas: JsonObject, depth: number): JsonObject =>
    fromEntries(
      Object.entries(schemas).map(([name, schema]) => [name, nested(schema, depth)] as const),
    );

  return {
    read: (schema) => read(schema, 0),
    *definitions() {
      // Converting a definition may add names. A Map's iteration reaches entries that are added during it.
      for (const [place, name] of names) {
        if (!definitions.has(name)) definitions.set(name, read(references.find(place), 0));
        yield;
      }
      return dropRecursiveAliases(definitions);
    },
  };
};

/**
 * Converts keywords of OpenAPI 3.0 that JSON Schema writes differently: `nullable`, and exclusive bounds as flags. Later descriptions
 * have them too, by mistake or in documents of 3.0 that they refer to.
 */
const from30 = (schema: JsonObject, converted: Record<string, Json>): JsonObject => {
  for (const [bound, exclusive] of exclusiveBounds) {
    const value = converted[bound];
    if (schema[exclusive] === true && value !== undefined) {
      converted[exclusive] = value;
      delete converted[bound];
    }
  }
  return schema["nullable"] === true ? orNull(converted) : converted;
};

const exclusiveBounds = [
  ["minimum", "exclusiveMinimum"],
  ["maximum", "exclusiveMaximum"],
] as const;

const orNull = (schema: JsonObject): JsonObject => {
  const { type } = schema;
  const isSimple = !["$ref", "allOf", "anyOf", "oneOf", "not", "const"].some(
    (keyword) => keyword in schema,
  );
  if (!isSimple) return { anyOf: [schema, { type: "null" }] };
  if (typeof type !== "string") return schema;
  const values = schema["enum"];
  return {
    ...schema,
    type: [type, "null"],
    ...(isArray(values) && !values.includes(null) ? { enum: [...values, null] } : {}),
  };
};
