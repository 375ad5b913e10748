import type { Json } from "@executor/sdk";
import { isArray, isObject, member, text } from "@executor/plugin-kit";
import { Either, Encoding } from "effect";
import type { BodyBinding, FieldBinding } from "./binding.ts";
import type { Content } from "./content.ts";
import { essence } from "./media-types.ts";
import { plain } from "./parameter-styles.ts";

const encoder = new TextEncoder();

/**
 * `multipart/form-data` (RFC 7578). Text is sent as text, objects as JSON, a list as one part for each item, and files with
 * their name and type.
 */
export const multipart = (
  { contentType, fields }: BodyBinding,
  values: ReadonlyArray<readonly [string, Json]>,
): Either.Either<Content, string> => {
  const boundary = `executor-${crypto.randomUUID()}`;
  const chunks: Array<Uint8Array> = [];
  for (const [name, value] of values) {
    const field = fields.find((candidate) => candidate.name === name);
    for (const item of isArray(value) ? value : [value]) {
      if (item === null) continue;
      const part = writePart(name, item, field);
      if (Either.isLeft(part)) return Either.left(part.left);
      chunks.push(encoder.encode(`--${boundary}\r\n${part.right.head}\r\n\r\n`));
      chunks.push(part.right.bytes, encoder.encode("\r\n"));
    }
  }
  chunks.push(encoder.encode(`--${boundary}--\r\n`));
  return Either.right({
    contentType: `${essence(contentType)}; boundary=${boundary}`,
    bytes: concatenate(chunks),
  });
};

const concatenate = (chunks: ReadonlyArray<Uint8Array>): Uint8Array => {
  const whole = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.byteLength, 0));
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
};

interface Part {
  readonly head: string;
  readonly bytes: Uint8Array;
}

const writePart = (
  name: string,
  value: Json,
  field: FieldBinding | undefined,
): Either.Either<Part, string> => {
  if (field?.file === true) return filePart(name, value, field);
  const isJson = isObject(value) || isArray(value);
  const type = concreteType(field?.contentType) ?? (isJson ? "application/json" : undefined);
  return Either.right({
    head: disposition(name) + (type === undefined ? "" : `\r\nContent-Type: ${type}`),
    bytes: encoder.encode(plain(value)),
  });
};

const filePart = (name: string, value: Json, field: FieldBinding): Either.Either<Part, string> => {
  const base64 = member(value, "base64");
  const bytes = typeof base64 === "string" ? Encoding.decodeBase64(base64) : undefined;
  if (bytes === undefined || Either.isLeft(bytes)) {
    return Either.left(
      `\`body.${name}\` is a file. Give it as { filename, contentType, base64 } with its bytes in base64.`,
    );
  }
  const type =
    concreteType(text(member(value, "contentType"))) ??
    concreteType(field.contentType) ??
    "application/octet-stream";
  const filename = text(member(value, "filename")) ?? "file";
  return Either.right({
    head: `${disposition(name)}; filename="${quoted(filename)}"\r\nContent-Type: ${type}`,
    bytes: bytes.right,
  });
};

const disposition = (name: string): string =>
  `Content-Disposition: form-data; name="${quoted(name)}"`;

/** HTML, "multipart/form-data encoding algorithm": what would end the quotes or the line. */
const quoted = (value: string): string =>
  value.replaceAll('"', "%22").replaceAll("\r", "%0D").replaceAll("\n", "%0A");

/** One media type that cannot break its line; a list of allowed types, or a range, names none. */
const concreteType = (type: string | null | undefined): string | undefined =>
  typeof type === "string" && /^[\w.+-]+\/[\w.+-]+(; *[\w-]+=[\w."-]+)*$/.test(type)
    ? type
    : undefined;
