import type { Json, JsonObject } from "@executor/sdk";
import { fromEntries, isArray, isObject, member, shorten, text } from "@executor/plugin-kit";
import type { BodyBinding, FieldBinding } from "../calls/binding.ts";
import type { References } from "../document/references.ts";
import type { Schemas } from "../schemas/schemas.ts";
import type { Operation } from "./operations.ts";
import { chooseMediaType } from "./media-types.ts";

export interface RequestBody {
  readonly binding: BodyBinding;
  /** The JSON Schema of the input's `body`. */
  readonly schema: JsonObject;
  readonly required: boolean;
}

const fileSchema: JsonObject = {
  type: "object",
  description: "A file.",
  properties: {
    filename: { type: "string" },
    contentType: { type: "string" },
    base64: { type: "string", description: "The file's bytes in base64." },
  },
  required: ["base64"],
  additionalProperties: false,
};

/** An operation's body; `undefined` without one, and for GET and HEAD, whose bodies have no meaning (RFC 9110, 9.3). */
export const readRequestBody = (
  { method, operation }: Operation,
  references: References,
  schemas: Schemas,
): RequestBody | undefined => {
  if (method === "get" || method === "head") return undefined;
  const body = references.follow(member(operation, "requestBody"));
  const mediaType = chooseMediaType(member(body, "content"));
  if (body === undefined || mediaType === undefined) return undefined;
  const { contentType, kind, value } = mediaType;
  const schema = member(value, "schema");
  const fields =
    kind === "form" || kind === "multipart"
      ? readFields(kind, schema, member(value, "encoding"), references)
      : [];
  const description = text(member(body, "description"));
  return {
    binding: { kind, contentType, fields },
    schema: withDescription(bodySchema(kind, schema, fields, references, schemas), description),
    required: member(body, "required") === true,
  };
};

const bodySchema = (
  kind: BodyBinding["kind"],
  schema: Json | undefined,
  fields: ReadonlyArray<FieldBinding>,
  references: References,
  schemas: Schemas,
): JsonObject => {
  if (kind === "binary") return { type: "string", description: "The body's bytes in base64." };
  if (kind === "text") return { type: "string" };
  const files = new Set(fields.filter(({ file }) => file).map(({ name }) => name));
  const target = references.follow(schema);
  if (files.size === 0 || target === undefined) return schemas.read(schema);
  // The parts of `allOf` would describe a file as a string; their properties are in the list already.
  const { allOf: _, ...converted } = schemas.read(target);
  return {
    ...converted,
    properties: withFiles(propertiesOf(target, references), files, references, schemas),
  };
};

const withFiles = (
  properties: ReadonlyMap<string, Json>,
  files: ReadonlySet<string>,
  references: References,
  schemas: Schemas,
): JsonObject =>
  fromEntries(
    [...properties].map(([name, schema]) => {
      if (!files.has(name)) return [name, schemas.read(schema)] as const;
      const many = member(references.follow(schema), "type") === "array";
      return [name, many ? { type: "array", items: fileSchema } : fileSchema] as const;
    }),
  );

/** The fields of a form that are not written in the default way. */
const readFields = (
  kind: "form" | "multipart",
  schema: Json | undefined,
  encodings: Json | undefined,
  references: References,
): ReadonlyArray<FieldBinding> => {
  const properties = propertiesOf(references.follow(schema), references);
  const names = new Set([
    ...properties.keys(),
    ...(isObject(encodings) ? Object.keys(encodings) : []),
  ]);
  return [...names].flatMap((name) => {
    const encoding = member(encodings, name);
    const file = kind === "multipart" && isFile(properties.get(name), references);
    if (!isObject(encoding) && !file) return [];
    const explode = member(encoding, "explode");
    return [
      {
        name,
        style: text(member(encoding, "style")) ?? null,
        explode: typeof explode === "boolean" ? explode : null,
        allowReserved: member(encoding, "allowReserved") === true,
        contentType: text(member(encoding, "contentType")) ?? null,
        file,
      },
    ];
  });
};

/** The properties of an object schema and of its `allOf`; each part is read once. */
const propertiesOf = (
  schema: JsonObject | undefined,
  references: References,
  seen = new Set<JsonObject>(),
): ReadonlyMap<string, Json> => {
  const properties = new Map<string, Json>();
  if (schema === undefined || seen.has(schema)) return properties;
  seen.add(schema);
  const parts = member(schema, "allOf");
  if (isArray(parts)) {
    for (const part of parts) {
      for (const [name, value] of propertiesOf(references.follow(part), references, seen)) {
        properties.set(name, value);
      }
    }
  }
  const own = member(schema, "properties");
  return new Map([...properties, ...(isObject(own) ? Object.entries(own) : [])]);
};

/** Whether a field holds bytes: `format: binary` in OpenAPI 3.0; in 3.1 a media type that is not text, without an encoding. */
const isFile = (schema: Json | undefined, references: References): boolean => {
  const whole = references.follow(schema);
  const isList = member(whole, "type") === "array";
  const target = isList ? references.follow(member(whole, "items")) : whole;
  if (target === undefined) return false;
  if (member(target, "format") === "binary") return true;
  const mediaType = text(member(target, "contentMediaType"));
  return (
    mediaType !== undefined &&
    member(target, "contentEncoding") === undefined &&
    !/json|^text\//.test(mediaType)
  );
};

const withDescription = (schema: JsonObject, description: string | undefined): JsonObject =>
  description === undefined || "description" in schema
    ? schema
    : { ...schema, description: shorten(description, 500) };
