import { isJsonObject, type Json, type JsonObject } from "@executor/sdk/schemas";

/** A property of an input, as a row of a table. */
export interface SchemaField {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly description: string;
}

/** Levels of nesting that are written; an object below them is `{…}`. */
const depth = 3;

/** Types inside of types that are written; the others are `…`. A source may nest and repeat them without an end. */
const maxTypes = 500;

interface Writing {
  readonly definitions: JsonObject;
  typesLeft: number;
}

/** The properties of an object's JSON Schema, the required ones first. */
export const schemaFields = (schema: JsonObject): ReadonlyArray<SchemaField> => {
  const definitions = asObject(schema["$defs"]);
  const target = follow(schema, definitions);
  const required = new Set(asArray(target["required"]));
  return Object.entries(asObject(target["properties"]))
    .map(([name, value]) => {
      const property = asObject(value);
      const description = property["description"] ?? follow(property, definitions)["description"];
      return {
        name,
        type: write(value, { definitions, typesLeft: maxTypes }, depth),
        required: required.has(name),
        description: asText(description) ?? "",
      };
    })
    .toSorted((left, right) => Number(right.required) - Number(left.required));
};

/** A JSON Schema as a TypeScript type for people; it omits deep levels and does not compile. */
export const typeText = (schema: JsonObject): string =>
  write(schema, { definitions: asObject(schema["$defs"]), typesLeft: maxTypes }, depth);

const write = (value: Json | undefined, writing: Writing, levels: number): string => {
  if (writing.typesLeft === 0) return "…";
  writing.typesLeft -= 1;
  const schema = follow(asObject(value), writing.definitions);
  const literals = asArray(schema["enum"]);
  if (literals.length > 0) return literals.map((literal) => JSON.stringify(literal)).join(" | ");
  if (schema["const"] !== undefined) return JSON.stringify(schema["const"]);
  const options = [...asArray(schema["oneOf"]), ...asArray(schema["anyOf"])];
  if (options.length > 0) {
    return unique(options.map((option) => write(option, writing, levels))).join(" | ");
  }
  const types = Array.isArray(schema["type"]) ? asArray(schema["type"]) : [schema["type"]];
  return unique(types.map((type) => writeType(type, schema, writing, levels))).join(" | ");
};

const writeType = (
  type: Json | undefined,
  schema: JsonObject,
  writing: Writing,
  levels: number,
): string => {
  if (type === "array") {
    const item = write(schema["items"], writing, levels);
    return /[ |]/.test(item) ? `Array<${item}>` : `${item}[]`;
  }
  if (type === "object" || schema["properties"] !== undefined) {
    const properties = Object.entries(asObject(schema["properties"]));
    if (properties.length === 0) return "object";
    if (levels === 0) return "{…}";
    const required = new Set(asArray(schema["required"]));
    const members = properties.map(
      ([name, property]) =>
        `${name}${required.has(name) ? "" : "?"}: ${write(property, writing, levels - 1)}`,
    );
    return `{ ${members.join("; ")} }`;
  }
  return typeof type === "string" ? type : "unknown";
};

/** The schema at the end of a chain of at most `steps` references, or the schema itself without a reference. */
const follow = (schema: JsonObject, definitions: JsonObject, steps = 8): JsonObject => {
  const reference = schema["$ref"];
  if (typeof reference !== "string" || steps === 0) return schema;
  const name = reference.replace("#/$defs/", "").replaceAll("~1", "/").replaceAll("~0", "~");
  return follow(asObject(definitions[name]), definitions, steps - 1);
};

const unique = (texts: ReadonlyArray<string>): ReadonlyArray<string> => [...new Set(texts)];

/** A part of a foreign JSON document; a value of another type counts as absent, here and in the next two functions. */
export const asText = (value: Json | undefined): string | undefined =>
  typeof value === "string" ? value : undefined;

export const asArray = (value: Json | undefined): ReadonlyArray<Json> =>
  isArray(value) ? value : [];

const isArray = (value: Json | undefined): value is ReadonlyArray<Json> => Array.isArray(value);

export const asObject = (value: Json | undefined): JsonObject => (isJsonObject(value) ? value : {});
