import type { Json, JsonObject } from "@executor/sdk";
import {
  fromEntries,
  isArray,
  isObject,
  member,
  pointer,
  shorten,
  text,
} from "@executor/plugin-kit";
import type { FieldBinding } from "../calls/binding.ts";
import type { References } from "../document/references.ts";
import type { Schemas } from "../schemas/schemas.ts";
import { fieldUse, noFile, withFiles } from "./files.ts";
import { requiredNames } from "./body-kinds.ts";

const fieldStyles = new Set(["form", "spaceDelimited", "pipeDelimited", "deepObject"]);

/**
 * The top-level fields of a body that are not written in the default way, or that may be files; of a JSON body or urlencoded
 * form also those that its schema calls bytes, which it cannot hold.
 */
export const readFields = (
  kind: "json" | "form" | "multipart",
  mediaType: JsonObject,
  references: References,
  place: string,
): ReadonlyArray<FieldBinding> => {
  const properties = propertiesOf(member(mediaType, "schema"), references);
  const encodings = kind === "json" ? undefined : member(mediaType, "encoding");
  const names = new Set([
    ...properties.keys(),
    ...(isObject(encodings) ? Object.keys(encodings) : []),
  ]);
  return [...names].flatMap((name) => {
    const encoding = member(encodings, name);
    const contentType = text(member(encoding, "contentType"));
    const found = fieldUse(
      properties.get(name),
      kind === "multipart" ? contentType : undefined,
      references,
    );
    const use = kind === "multipart" || !found.other ? found : noFile;
    const isOpen = use.file && use.other && !properties.has(name);
    if (kind === "json" && !use.file) return [];
    if (!isObject(encoding) && (!use.file || isOpen)) return [];
    const at = `${place}${pointer("encoding", name)}`;
    return [
      {
        name,
        style: fieldStyle(encoding, references, at),
        explode: booleanOf(member(encoding, "explode")),
        allowReserved: member(encoding, "allowReserved") === true,
        contentType: contentType ?? null,
        file: use.file,
        mixed: use.other,
      },
    ];
  });
};

const booleanOf = (value: Json | undefined): boolean | null =>
  typeof value === "boolean" ? value : null;

const fieldStyle = (
  encoding: Json | undefined,
  { warnings }: References,
  place: string,
): string | null => {
  if (isObject(member(encoding, "headers"))) {
    warnings.warn(
      "part_headers_ignored",
      "The headers of a single part are not inputs, so the part is sent without them.",
      place,
    );
  }
  const style = member(encoding, "style");
  if (style === undefined) return null;
  if (typeof style === "string" && fieldStyles.has(style)) return style;
  warnings.warn(
    "style_unknown",
    `A form's field cannot have the style ${shorten(JSON.stringify(style), 100)}, so it is sent in the default way.`,
    place,
  );
  return null;
};

/** The input's schema of a form: that of the description, with its files as the input holds them. */
export const formSchema = (
  schema: Json | undefined,
  fields: ReadonlyArray<FieldBinding>,
  references: References,
  schemas: Schemas,
): JsonObject => {
  const files = new Map(fields.filter(({ file }) => file).map((field) => [field.name, field]));
  const target = references.follow(schema);
  if (files.size === 0 || target === undefined) return schemas.read(schema);
  // The parts of a composition would describe a file as a string; their properties are in the list already.
  const { allOf: _, anyOf: __, oneOf: ___, ...converted } = schemas.read(target);
  const required = requiredNames(schema, references);
  return {
    ...converted,
    properties: fromEntries(
      [...propertiesOf(schema, references)].map(([name, property]) => {
        const field = files.get(name);
        const use = { file: field !== undefined, other: field?.mixed !== false };
        return [name, withFiles(property, use, references, schemas)] as const;
      }),
    ),
    ...(required.length === 0 ? {} : { required }),
  };
};

/** The properties of an object schema and of the schemas that it is composed of; each is read once. */
const propertiesOf = (
  schema: Json | undefined,
  references: References,
  seen = new Set<JsonObject>(),
): ReadonlyMap<string, Json> => {
  const properties = new Map<string, Json>();
  const target = references.follow(schema);
  if (target === undefined || seen.has(target)) return properties;
  seen.add(target);
  for (const keyword of ["allOf", "anyOf", "oneOf"]) {
    const parts = member(target, keyword);
    for (const part of isArray(parts) ? parts : []) {
      for (const [name, value] of propertiesOf(part, references, seen)) {
        properties.set(name, value);
      }
    }
  }
  const own = member(target, "properties");
  return new Map([...properties, ...(isObject(own) ? Object.entries(own) : [])]);
};
