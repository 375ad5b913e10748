import type { Json, JsonObject } from "@executor/sdk";
import { isArray, member, shorten, text } from "@executor/plugin-kit";
import { essence, isJson, isText } from "../calls/content.ts";
import type { References } from "../document/references.ts";
import type { Schemas } from "../schemas/schemas.ts";

/** What a value described by a schema may be: bytes, something else, or either. */
export interface FileUse {
  readonly file: boolean;
  readonly other: boolean;
}

export const noFile: FileUse = { file: false, other: true };
const onlyFile: FileUse = { file: true, other: false };

const note = "A file: its bytes in base64, or an object that names it.";

/** The schema of a file in a tool's input. */
export const fileSchema = (described: JsonObject = {}): JsonObject => ({
  type: ["string", "object"],
  description: note,
  properties: {
    base64: { type: "string" },
    filename: { type: "string" },
    contentType: { type: "string" },
  },
  required: ["base64"],
  additionalProperties: false,
  ...described,
});

/**
 * Whether a value holds bytes: `format: binary` in OpenAPI 3.0; in 3.1 a media type that is not text, without an encoding. A
 * list counts as its items; a composition as its parts.
 */
export const fileUse = (
  schema: Json | undefined,
  references: References,
  known = new Map<JsonObject, FileUse>(),
): FileUse => {
  const target = references.follow(schema);
  if (target === undefined) return noFile;
  const found = known.get(target);
  if (found !== undefined) return found;
  // A schema that is composed of itself finds this.
  known.set(target, noFile);
  const use = isBytes(target) ? onlyFile : partsUse(target, references, known);
  known.set(target, use);
  return use;
};

const partsUse = (
  target: JsonObject,
  references: References,
  known: Map<JsonObject, FileUse>,
): FileUse => {
  if (holdsType(target, "array")) return fileUse(member(target, "items"), references, known);
  const all = listOf(target, "allOf").map((part) => fileUse(part, references, known));
  if (all.some(({ file }) => file)) return onlyFile;
  const alternatives = [...listOf(target, "oneOf"), ...listOf(target, "anyOf")]
    .filter((part) => member(references.follow(part), "type") !== "null")
    .map((part) => fileUse(part, references, known));
  return alternatives.length === 0
    ? noFile
    : {
        file: alternatives.some(({ file }) => file),
        other: alternatives.some(({ other }) => other),
      };
};

const isBytes = (schema: JsonObject): boolean => {
  if (member(schema, "format") === "binary") return true;
  const mediaType = text(member(schema, "contentMediaType"));
  return (
    mediaType !== undefined &&
    member(schema, "contentEncoding") === undefined &&
    isBinaryType(mediaType)
  );
};

/** Whether a media type, or every type of a list such as `image/png, image/jpeg`, holds bytes that are no text. */
export const isBinaryType = (types: string): boolean =>
  types.split(",").every((type) => {
    const name = essence(type);
    return /^[^/]+\/[^/]+$/.test(name) && name !== "*/*" && !isJson(name) && !isText(name);
  });

/**
 * The bytes-or-not of a form's field. Its encoding may make a text one (`contentType: image/png`), and without a schema and an
 * encoding a field of a multipart body may be anything (OpenAPI 3.1, "Encoding Object").
 */
export const fieldUse = (
  schema: Json | undefined,
  contentType: string | undefined,
  references: References,
): FileUse => {
  const described = fileUse(schema, references);
  if (described.file) return described;
  const target = references.follow(schema);
  const item = holdsType(target, "array") ? references.follow(member(target, "items")) : target;
  const isOpen = item === undefined || !shaping.some((keyword) => keyword in item);
  if (contentType !== undefined && isBinaryType(contentType)) {
    const isString =
      member(item, "type") === "string" &&
      member(item, "contentEncoding") === undefined &&
      !/^(byte|base64)/.test(text(member(item, "format")) ?? "");
    return isOpen || isString ? onlyFile : noFile;
  }
  return isOpen && contentType === undefined ? { file: true, other: true } : noFile;
};

/** Keywords that say what a value is. */
const shaping = ["type", "properties", "items", "enum", "const", "allOf", "anyOf", "oneOf"];

/** The input's schema of a value of which {@link fieldUse} says that it may be a file. */
export const withFiles = (
  schema: Json | undefined,
  use: FileUse,
  references: References,
  schemas: Schemas,
  seen = new Set<JsonObject>(),
): JsonObject => {
  const target = references.follow(schema);
  if (!use.file) return schemas.read(schema);
  if (target !== undefined && seen.has(target)) return fileSchema();
  if (target !== undefined) seen.add(target);
  if (holdsType(target, "array")) {
    const { items: _, ...list } = schemas.read(target);
    return {
      ...list,
      items: withFiles(member(target, "items"), use, references, schemas, seen),
    };
  }
  const alternatives = [...listOf(target, "oneOf"), ...listOf(target, "anyOf")];
  if (alternatives.length > 0) {
    const anyOf = alternatives.map((part) =>
      withFiles(part, fileUse(part, references), references, schemas, seen),
    );
    return { ...described(target), anyOf };
  }
  if (use.other) return schemas.read(schema);
  const isNullable = member(target, "nullable") === true || holdsType(target, "null");
  return fileSchema({
    ...described(target),
    ...(isNullable ? { type: ["string", "object", "null"] } : {}),
  });
};

const described = (target: JsonObject | undefined): JsonObject => {
  const description = text(member(target, "description"));
  return description === undefined ? {} : { description: `${shorten(description, 300)} ${note}` };
};

const holdsType = (schema: Json | undefined, name: string): boolean => {
  const type = member(schema, "type");
  return type === name || (isArray(type) && type.includes(name));
};

const listOf = (schema: Json | undefined, keyword: string): ReadonlyArray<Json> => {
  const list = member(schema, keyword);
  return isArray(list) ? list : [];
};
