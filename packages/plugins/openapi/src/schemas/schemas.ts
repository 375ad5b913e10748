import type { Json, JsonObject } from "@executor/sdk";
import { fromEntries, isArray, isObject, member } from "@executor/plugin-kit";
import type { Steps } from "@executor/plugin-kit";
import { definitionName } from "./definition-name.ts";
import type { OpenApiDocument } from "../document/outline.ts";
import { dropRecursiveAliases } from "./recursive-aliases.ts";
import type { References } from "../document/references.ts";
import {
  isPattern,
  schemaKeywords,
  schemaListKeywords,
  schemaMapKeywords,
  valueKeywords,
} from "./keywords.ts";

/** Deeper than any honest schema; what lies beyond is left open. */
const maxDepth = 100;

export interface Schemas {
  /** The schema in JSON Schema 2020-12. What it refers to becomes a definition. */
  readonly read: (schema: Json | undefined) => JsonObject;
  /** Everything that the schemas read so far refer to, directly or through another, each converted once, in steps. */
  readonly definitions: () => Steps<ReadonlyMap<string, JsonObject>>;
}

/**
 * Reads schemas of the description one at a time, each without what it refers to: `#/components/schemas/X` becomes
 * `#/$defs/X`, and a schema that stands anywhere else becomes a definition named after its place. A reference to nowhere, or
 * to another file, is left open (`{}`): the upstream checks what is sent there.
 */
export const makeSchemas = (document: OpenApiDocument, references: References): Schemas => {
  const names = new Map<string, string>();
  const definitions = new Map<string, JsonObject>();

  const nameFor = (reference: string): string | undefined => {
    const known = names.get(reference);
    if (known !== undefined) return known;
    const target = references.find(reference);
    if (!isObject(target) && typeof target !== "boolean") return undefined;
    const name = definitionName(reference);
    names.set(reference, name);
    return name;
  };

  const nested = (schema: Json, depth: number): Json =>
    typeof schema === "boolean" ? schema : read(schema, depth + 1);

  const reference = (schema: JsonObject, target: string): JsonObject => {
    const name = nameFor(target);
    if (name === undefined) return {};
    const description = member(schema, "description");
    const converted = { $ref: `#/$defs/${name}` };
    return typeof description === "string" ? { ...converted, description } : converted;
  };

  const read = (schema: Json | undefined, depth: number): JsonObject => {
    if (!isObject(schema) || depth > maxDepth) return schema === false ? { not: {} } : {};
    const target = member(schema, "$ref");
    const is30 = document.dialect === "3.0";
    if (is30 && typeof target === "string") {
      const converted = reference(schema, target);
      return schema["nullable"] === true ? orNull(converted) : converted;
    }
    const converted: Record<string, Json> =
      typeof target === "string" ? { ...reference(schema, target) } : {};
    for (const [keyword, value] of Object.entries(schema)) {
      if (schemaKeywords.has(keyword)) {
        if (isArray(value)) converted["prefixItems"] = value.map((item) => nested(item, depth));
        else if (isObject(value) || typeof value === "boolean")
          converted[keyword] = nested(value, depth);
      } else if (schemaListKeywords.has(keyword)) {
        if (isArray(value) && value.length > 0) {
          converted[keyword] = value.map((item) => nested(item, depth));
        }
      } else if (schemaMapKeywords.has(keyword)) {
        if (isObject(value)) converted[keyword] = readMap(keyword, value, depth);
      } else if (valueKeywords.get(keyword)?.(value) === true) {
        converted[keyword] = value;
      }
    }
    relaxReadOnly(schema, converted);
    return is30 ? from30(schema, converted) : converted;
  };

  const readMap = (keyword: string, schemas: JsonObject, depth: number): JsonObject =>
    fromEntries(
      Object.entries(schemas)
        .filter(([name]) => keyword !== "patternProperties" || isPattern(name))
        .map(([name, schema]) => [name, nested(schema, depth)] as const),
    );

  /**
   * A property that only replies hold may be listed as required for them (OpenAPI 3.0, `readOnly`). One schema serves
   * both ways here, so that nobody is asked to send it.
   */
  const relaxReadOnly = (schema: JsonObject, converted: Record<string, Json>): void => {
    const { required } = converted;
    if (!isArray(required)) return;
    const properties = member(schema, "properties");
    const sent = required.filter(
      (name) =>
        typeof name !== "string" ||
        references.follow(member(properties, name))?.["readOnly"] !== true,
    );
    if (sent.length > 0) converted["required"] = sent;
    else delete converted["required"];
  };

  return {
    read: (schema) => read(schema, 0),
    *definitions() {
      // Converting a definition may name further ones, which this loop then reaches: a Map hands out what is added meanwhile.
      for (const [place, name] of names) {
        if (!definitions.has(name)) definitions.set(name, read(references.find(place), 0));
        yield;
      }
      return dropRecursiveAliases(definitions);
    },
  };
};

/** What OpenAPI 3.0 says otherwise than JSON Schema: `nullable`, and exclusive bounds that are flags. */
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
