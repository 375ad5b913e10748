import { type IntegerPlaces, type Json, placesIn, withIntegers } from "@executor/sdk";
import { isArray, isObject, member, text } from "@executor/plugin-kit";
import { Either, Encoding } from "effect";
import { Buffer } from "node:buffer";
import type { BodyBinding, FieldBinding } from "./binding.ts";
import { concreteType, sentType } from "./content-types.ts";
import type { Content } from "./content-types.ts";
import { isFileIn, isFileObject } from "./offers.ts";
import { essence, isJson } from "./content.ts";
import { plain, queryParts, withStyledIntegers } from "./styles.ts";

const encoder = new TextEncoder();

interface Part {
  readonly head: ReadonlyArray<string>;
  readonly bytes: Uint8Array;
}

type Written = Either.Either<ReadonlyArray<Part>, string>;

/**
 * A multipart body: `multipart/form-data` (RFC 7578), or another kind such as `multipart/mixed` and `multipart/related`
 * (RFC 2046), in which every part has a type, and whose body may be a list of parts. Scalars are sent as text, objects as JSON,
 * lists as one part per item, and files with their name and type.
 */
export const multipart = (
  { contentType, fields }: BodyBinding,
  value: Json,
  integers?: IntegerPlaces,
): Either.Either<Content, string> =>
  Either.gen(function* () {
    const type = sentType(contentType, "multipart", undefined) ?? contentType;
    const isForm = essence(type) === "multipart/form-data";
    if (!isObject(value) && (isForm || !isArray(value))) {
      return yield* Either.left(
        `\`body\` is an object of the form's fields${isForm ? "" : ", or a list of parts"}.`,
      );
    }
    const boundary = `executor-${crypto.randomUUID()}`;
    const chunks: Array<Uint8Array> = [];
    let rootType: string | undefined;
    const named = isArray(value)
      ? value.map((item, index) => ["", item, index] as const)
      : Object.entries(value).map(([name, item]) => [name, item, name] as const);
    for (const [name, item, key] of named) {
      const field = fields.find((candidate) => candidate.name === name);
      for (const { bytes, head } of yield* partsOf(
        name,
        item,
        field,
        isForm,
        placesIn(integers, key),
      )) {
        rootType ??= head.find((line) => line.startsWith(typeLine))?.slice(typeLine.length);
        chunks.push(encoder.encode(`--${boundary}\r\n${head.join("\r\n")}\r\n\r\n`));
        chunks.push(bytes, encoder.encode("\r\n"));
      }
    }
    chunks.push(encoder.encode(`--${boundary}--\r\n`));
    const root =
      essence(type) === "multipart/related" && rootType !== undefined
        ? `; type="${essence(rootType)}"`
        : "";
    return {
      contentType: `${essence(type)}; boundary=${boundary}${root}`,
      bytes: Buffer.concat(chunks),
    };
  });

const typeLine = "Content-Type: ";

const partsOf = (
  name: string,
  value: Json,
  field: FieldBinding | undefined,
  isForm: boolean,
  integers: IntegerPlaces | undefined,
): Written => {
  const hasStyle = field !== undefined && (field.style ?? field.explode) !== null;
  if (hasStyle && !(field.file && isFileIn(field, value))) {
    const exact = withStyledIntegers(value, field.style ?? "form", integers);
    return Either.right(styledParts(name, exact, field, isForm));
  }
  const isOneJson = isArray(value) && isJson(field?.contentType ?? "");
  const items = isArray(value) && !isOneJson ? value : [value];
  return Either.all(
    items.flatMap((item, index) => {
      const inside = items === value ? placesIn(integers, index) : integers;
      return item === null ? [] : [writePart(name, item, field, isForm, inside)];
    }),
  );
};

/** The parts of a field that has a style: named and divided as in a query, without its encoding. */
const styledParts = (
  name: string,
  value: Json,
  { allowReserved, explode, style }: FieldBinding,
  isForm: boolean,
): ReadonlyArray<Part> => {
  const chosen = style ?? "form";
  return queryParts(name, value, {
    style: chosen,
    explode: explode ?? chosen === "form",
    allowReserved,
  }).map((pair) => {
    const at = pair.indexOf("=");
    const [key, written] = [pair.slice(0, at), pair.slice(at + 1)].map(decodeURIComponent);
    return textPart(key ?? name, written ?? "", isForm ? undefined : "text/plain", isForm);
  });
};

const writePart = (
  name: string,
  value: Json,
  field: FieldBinding | undefined,
  isForm: boolean,
  integers: IntegerPlaces | undefined,
): Either.Either<Part, string> => {
  if (isFileObject(value) && (field?.file === true || !isForm)) {
    return filePart(name, value["base64"] ?? "", value, field, isForm);
  }
  if (field?.file === true && !field.mixed) return filePart(name, value, null, field, isForm);
  const isStructure = isObject(value) || isArray(value);
  const fallback = isStructure ? "application/json" : isForm ? undefined : "text/plain";
  return Either.right(
    textPart(
      name,
      plain(withIntegers(value, integers)),
      firstOf(field?.contentType) ?? fallback,
      isForm,
    ),
  );
};

/** The first type of an encoding's `contentType`, which may be a list; `undefined` where that is a range. */
const firstOf = (types: string | null | undefined): string | undefined =>
  concreteType(types) ?? concreteType(types?.split(",", 1)[0]);

const textPart = (
  name: string,
  value: string,
  type: string | undefined,
  isForm: boolean,
): Part => ({
  head: [...(isForm ? [disposition(name)] : []), ...(type === undefined ? [] : [typeLine + type])],
  bytes: encoder.encode(value),
});

const filePart = (
  name: string,
  base64: Json,
  file: Json,
  field: FieldBinding | undefined,
  isForm: boolean,
): Either.Either<Part, string> => {
  const decoded = typeof base64 === "string" ? Encoding.decodeBase64(base64) : undefined;
  if (decoded === undefined || Either.isLeft(decoded)) {
    return Either.left(
      `\`body.${name}\` is a file. Give its bytes in base64, as a string or as { base64, filename, contentType }.`,
    );
  }
  const type =
    concreteType(text(member(file, "contentType"))) ??
    firstOf(field?.contentType) ??
    "application/octet-stream";
  const filename = text(member(file, "filename"));
  const named = `filename="${quoted(filename ?? "file")}"`;
  const placed = isForm
    ? [`${disposition(name)}; ${named}`]
    : filename === undefined
      ? []
      : [`Content-Disposition: attachment; ${named}`];
  return Either.right({ head: [...placed, typeLine + type], bytes: decoded.right });
};

const disposition = (name: string): string =>
  `Content-Disposition: form-data; name="${quoted(name)}"`;

/** Escapes the characters that would end the quoted string or the line (HTML, "multipart/form-data encoding algorithm"). */
const quoted = (value: string): string =>
  value.replaceAll('"', "%22").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
