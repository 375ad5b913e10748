import type { Json } from "@executor/sdk";
import { isArray, isObject, member, text } from "@executor/plugin-kit";
import { Either, Encoding } from "effect";
import { Buffer } from "node:buffer";
import type { BodyBinding, FieldBinding } from "./binding.ts";
import { essence } from "./reply.ts";
import { plain, queryParts } from "./styles.ts";

/** A request body with its content type. */
export interface Content {
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

const encoder = new TextEncoder();

/** The body of a request from the input's `body`. The left side says what is wrong with the value. */
export const requestBody = (body: BodyBinding, value: Json): Either.Either<Content, string> => {
  const { contentType, kind } = body;
  switch (kind) {
    case "json":
      return Either.right({ contentType, bytes: encoder.encode(JSON.stringify(value)) });
    case "text":
      return Either.right({ contentType, bytes: encoder.encode(plain(value)) });
    case "binary":
      return typeof value === "string"
        ? Either.mapBoth(Encoding.decodeBase64(value), {
            onLeft: () => "`body` is not base64. Give the body's bytes in base64.",
            onRight: (bytes) => ({ contentType, bytes }),
          })
        : Either.left("`body` is the body's bytes in base64, as a string.");
    case "form":
    case "multipart": {
      if (!isObject(value)) return Either.left("`body` is an object of the form's fields.");
      const fields = Object.entries(value);
      return kind === "multipart"
        ? multipart(body, fields)
        : Either.right({ contentType, bytes: encoder.encode(urlEncoded(body, fields)) });
    }
  }
};

type Fields = ReadonlyArray<readonly [string, Json]>;

/** `application/x-www-form-urlencoded`. Fields without an encoding are written like query parameters. */
const urlEncoded = ({ fields }: BodyBinding, values: Fields): string =>
  values
    .flatMap(([name, value]) => {
      const field = fields.find((candidate) => candidate.name === name);
      const style = field?.style ?? "form";
      const isPlainObject = isObject(value) && (field?.style ?? null) === null;
      return queryParts(name, isPlainObject ? JSON.stringify(value) : value, {
        style,
        explode: field?.explode ?? style === "form",
        allowReserved: field?.allowReserved ?? false,
      });
    })
    .join("&");

/**
 * `multipart/form-data` (RFC 7578). Scalars are sent as text, objects as JSON, lists as one part per item, and files with
 * their name and type.
 */
const multipart = (
  { contentType, fields }: BodyBinding,
  values: Fields,
): Either.Either<Content, string> =>
  Either.gen(function* () {
    const boundary = `executor-${crypto.randomUUID()}`;
    const chunks: Array<Uint8Array> = [];
    for (const [name, value] of values) {
      const field = fields.find((candidate) => candidate.name === name);
      for (const item of isArray(value) ? value : [value]) {
        if (item === null) continue;
        const { bytes, head } = yield* writePart(name, item, field);
        chunks.push(encoder.encode(`--${boundary}\r\n${head}\r\n\r\n`));
        chunks.push(bytes, encoder.encode("\r\n"));
      }
    }
    chunks.push(encoder.encode(`--${boundary}--\r\n`));
    return {
      contentType: `${essence(contentType)}; boundary=${boundary}`,
      bytes: Buffer.concat(chunks),
    };
  });

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

/** Escapes the characters that would end the quoted string or the line (HTML, "multipart/form-data encoding algorithm"). */
const quoted = (value: string): string =>
  value.replaceAll('"', "%22").replaceAll("\r", "%0D").replaceAll("\n", "%0A");

/** A single media type that cannot break its line; `undefined` for a range or a list of allowed types. */
const concreteType = (type: string | null | undefined): string | undefined =>
  typeof type === "string" && /^[\w.+-]+\/[\w.+-]+(; *[\w-]+=[\w."-]+)*$/.test(type)
    ? type
    : undefined;
