import type { Json, JsonObject } from "@executor/sdk";
import { isObject, member, pointer, shorten, text } from "@executor/plugin-kit";
import type { Binding, BodyBinding } from "../calls/binding.ts";
import { isRange } from "../calls/content-types.ts";
import { essence, isJsonLines } from "../calls/content.ts";
import type { References } from "../document/references.ts";
import type { Schemas } from "../schemas/schemas.ts";
import { jsonKinds, jsonPatch, memberBindings, requiredNames, takenKinds } from "./body-kinds.ts";
import { fileSchema, fileUse } from "./files.ts";
import { formSchema, readFields } from "./form-fields.ts";
import type { Operation } from "./operations.ts";
import { offeredTypes } from "./media-types.ts";
import type { MediaType } from "./media-types.ts";

export interface RequestBody {
  readonly binding: NonNullable<Binding["body"]>;
  /** The JSON Schema of the input's `body`. */
  readonly schema: JsonObject;
  /** The input's property that names the media type, with its schema, where there is a choice. */
  readonly choice: readonly [key: string, schema: JsonObject] | undefined;
  readonly required: boolean;
}

/** An operation's body; `undefined` without one. `taken`: the keys of the input that parameters have. */
export const readRequestBody = (
  { operation, place }: Operation,
  references: References,
  schemas: Schemas,
  taken: ReadonlySet<string>,
): RequestBody | undefined => {
  const given = member(operation, "requestBody");
  if (given === undefined || given === null) return undefined;
  const at = `${place}/requestBody`;
  const body = references.follow(given);
  // A reference that leads nowhere is told where references are followed.
  if (body === undefined) return undefined;
  const types = offeredTypes(member(body, "content"), references.warnings, at).filter((type) =>
    isWritable(type, references, at),
  );
  if (types.length === 0) {
    references.warnings.warn(
      "body_ignored",
      "The request body has no media type, so the tool takes no body.",
      at,
    );
    return undefined;
  }
  const isChoice = types.filter(({ kind }) => kind === "json").length > 1;
  const offers = types.map((type) => {
    const where = `${at}${pointer("content", type.contentType)}`;
    const { binding, schema } = readOffer(type, references, schemas, where);
    const tells = isChoice && binding.kind === "json";
    const members = tells ? memberBindings(member(type.value, "schema"), references) : [];
    return { binding: { ...binding, members }, schema };
  });
  if (!types.some(({ kind }) => kind === "multipart")) tellFiles(offers, references, at);
  const key = offers.length === 1 ? null : freeKey(taken);
  return {
    binding: { offers: offers.map(({ binding }) => binding), key },
    schema: withDescription(union(offers), text(member(body, "description"))),
    choice: key === null ? undefined : [key, choiceSchema(offers)],
    required: member(body, "required") === true,
  };
};

/** Whether a body can be written as a media type: a form has fields, so its schema has to take an object. */
const isWritable = (
  { contentType, kind, value }: MediaType,
  references: References,
  place: string,
): boolean => {
  const isForm = kind === "form" || essence(contentType) === "multipart/form-data";
  const kinds = isForm ? takenKinds(contentType, member(value, "schema"), references) : jsonKinds;
  if (kinds.includes("object")) return true;
  references.warnings.warn(
    "form_without_fields",
    `${contentType} holds fields, and its schema is of no object, so the body cannot be sent as it.`,
    `${place}${pointer("content", contentType)}`,
  );
  return false;
};

/** Warns of properties that are described as bytes, where no media type of the body can hold bytes. */
const tellFiles = (offers: ReadonlyArray<Offer>, { warnings }: References, place: string): void => {
  const filesIn = (wanted: BodyBinding["kind"]): string => {
    const fields = offers.flatMap(({ binding }) => (binding.kind === wanted ? binding.fields : []));
    const names = fields.flatMap(({ file, name }) => (file ? [name] : []));
    return shorten(names.join(", "), 200);
  };
  const lost = (names: string): string =>
    `cannot hold bytes, as which ${names} is described. It is sent as the text that the caller gives.`;
  const inJson = filesIn("json");
  if (inJson !== "") warnings.warn("file_in_json", `JSON ${lost(inJson)}`, place);
  const inForm = filesIn("form");
  if (inForm !== "") warnings.warn("file_in_form", `A urlencoded form ${lost(inForm)}`, place);
};

interface Offer {
  readonly binding: Omit<BodyBinding, "members">;
  readonly schema: JsonObject;
}

const readOffer = (
  { contentType, kind: written, value }: MediaType,
  references: References,
  schemas: Schemas,
  place: string,
): Offer => {
  const schema = member(value, "schema");
  const isForm = written === "form" || written === "multipart";
  const isList = member(references.follow(schema), "type") === "array";
  const use = isForm || isList ? { file: false, other: true } : fileUse(schema, references);
  const kind = written === "json" && use.file && !use.other ? "binary" : written;
  const fields =
    kind === "text" || kind === "binary" ? [] : readFields(kind, value, references, place);
  const binding = { kind, contentType, fields, bytes: use.file };
  switch (kind) {
    case "binary":
      return {
        binding: { ...binding, kinds: ["string", "object"], required: ["base64"] },
        schema: bytesSchema(contentType),
      };
    case "text":
      return textOffer(binding, value, schemas);
    case "form":
    case "multipart": {
      const isOpen = kind === "multipart" && essence(contentType) !== "multipart/form-data";
      return {
        binding: {
          ...binding,
          kinds: isOpen ? ["object", "array"] : ["object"],
          required: requiredNames(schema, references),
        },
        schema:
          kind === "form" ? schemas.read(schema) : formSchema(schema, fields, references, schemas),
      };
    }
    case "json": {
      const kinds = takenKinds(contentType, schema, references);
      return {
        binding: { ...binding, kinds, required: requiredNames(schema, references) },
        schema: jsonSchema(contentType, schema, use.file, references, schemas),
      };
    }
  }
};

const jsonSchema = (
  contentType: string,
  schema: Json | undefined,
  mayBeFile: boolean,
  references: References,
  schemas: Schemas,
): JsonObject => {
  const described = schemas.read(schema);
  if (mayBeFile) return { anyOf: [described, fileSchema()] };
  // A JSON Patch is a list (RFC 6902), which many descriptions do not say.
  return essence(contentType) === jsonPatch &&
    !takenKinds("application/json", schema, references).includes("array")
    ? { anyOf: [described, { type: "array", items: { type: "object" } }] }
    : described;
};

const bytesSchema = (contentType: string): JsonObject => {
  const needsType = isRange(contentType) && !/^(\*|application|text)\//.test(contentType);
  return needsType
    ? fileSchema({
        type: "object",
        description: `The body's bytes in base64, with their type: ${contentType}.`,
        required: ["base64", "contentType"],
      })
    : fileSchema({
        description: `The body's bytes in base64 (${shorten(contentType, 100)}), or an object that names their type.`,
      });
};

/** A body that is sent as text: as the caller writes it, lists as lines of JSON, and what YAML says as JSON, which it includes. */
const textOffer = (
  binding: Omit<BodyBinding, "kinds" | "members" | "required">,
  value: JsonObject,
  schemas: Schemas,
): Offer => {
  const type = essence(binding.contentType);
  const description = `The body as text (${shorten(binding.contentType, 100)}).`;
  const asText: JsonObject = { type: "string", description };
  const schema = member(value, "schema");
  if (type.endsWith("yaml")) {
    return {
      binding: { ...binding, kinds: jsonKinds, required: [] },
      schema: schema === undefined ? {} : { anyOf: [schemas.read(schema), asText] },
    };
  }
  if (isJsonLines(type)) {
    const items = schemas.read(member(value, "itemSchema"));
    return {
      binding: { ...binding, kinds: ["string", "array"], required: [] },
      schema: { anyOf: [{ type: "array", items }, asText] },
    };
  }
  const file = binding.bytes ? [fileSchema({ type: "object" })] : [];
  return {
    binding: {
      ...binding,
      kinds: binding.bytes ? ["string", "object"] : ["string", "number", "boolean"],
      required: [],
    },
    schema: file.length === 0 ? asText : { anyOf: [asText, ...file] },
  };
};

/** The schema of a body that takes each of the offers; offers with the same schema count once. */
const union = (offers: ReadonlyArray<Offer>): JsonObject => {
  const alternatives = new Map<string, JsonObject>();
  for (const { schema } of offers) {
    const parts = isUnion(schema) ? schema.anyOf : [schema];
    for (const part of parts) alternatives.set(JSON.stringify(part), part);
  }
  const all = [...alternatives.values()];
  const [only] = all;
  if (only !== undefined && all.length === 1) return only;
  return { anyOf: all };
};

const isUnion = (
  schema: JsonObject,
): schema is JsonObject & { readonly anyOf: ReadonlyArray<JsonObject> } => {
  const parts = schema["anyOf"];
  return Object.keys(schema).length === 1 && Array.isArray(parts) && parts.every(isObject);
};

const choiceSchema = (offers: ReadonlyArray<Offer>): JsonObject => {
  const types = offers.map(({ binding }) => binding.contentType);
  const description = "The body's media type; without it, the first that takes the body.";
  return types.some(isRange)
    ? { type: "string", description: `${description} ${shorten(types.join(", "), 300)}` }
    : { type: "string", enum: types, description };
};

const freeKey = (taken: ReadonlySet<string>): string => {
  let key = "contentType";
  if (taken.has(key)) key = "body_contentType";
  while (taken.has(key)) key += "_";
  return key;
};

const withDescription = (schema: JsonObject, description: string | undefined): JsonObject =>
  description === undefined || "description" in schema
    ? schema
    : { ...schema, description: shorten(description, 500) };
