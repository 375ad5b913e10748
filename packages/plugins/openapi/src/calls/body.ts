import { type IntegerPlaces, type Json, placesIn, writeExactJson } from "@executor/sdk";
import { isArray, isObject, member, text } from "@executor/plugin-kit";
import { Either, Encoding } from "effect";
import type { BodyBinding } from "./binding.ts";
import { isRange, sentType } from "./content-types.ts";
import type { Content } from "./content-types.ts";
import { multipart } from "./multipart.ts";
import { chooseOffer, isFileObject } from "./offers.ts";
import { essence, isJson } from "./reply.ts";
import { plain, queryParts } from "./styles.ts";

const encoder = new TextEncoder();

/**
 * The body of a request from the input's `body`, in the media type that the caller wants or the value tells. `integers`: the
 * places in it that JSON writes as integers. The left side says what is wrong with the value.
 */
export const requestBody = (
  offers: ReadonlyArray<BodyBinding>,
  value: Json,
  wanted: string | undefined,
  integers?: IntegerPlaces,
): Either.Either<Content, string> =>
  // A number stands for a whole body in digits that means one.
  Either.flatMap(chooseOffer(offers, integers === true ? 0 : value, wanted), (offer) => {
    if (offer.kind === "multipart") return multipart(offer, value, integers);
    if (offer.kind === "form") return urlEncoded(offer, value, integers);
    const mayBeFile = offer.kind !== "json" || offer.bytes || isRange(offer.contentType);
    if (offer.kind === "binary" || (mayBeFile && isFileObject(value))) return bytesOf(offer, value);
    return Either.flatMap(writeText(offer, value, integers), (written) =>
      withType(offer, undefined, encoder.encode(written)),
    );
  });

const withType = (
  { contentType, kind }: BodyBinding,
  own: string | undefined,
  bytes: Uint8Array,
): Either.Either<Content, string> =>
  Either.mapBoth(
    Either.fromNullable(sentType(contentType, kind, own), () => contentType),
    {
      onLeft: (range) =>
        `The body's media type has to be one of ${range}. Name it: give the body as { base64, contentType }.`,
      onRight: (type) => ({ contentType: type, bytes }),
    },
  );

const bytesOf = (offer: BodyBinding, value: Json): Either.Either<Content, string> => {
  const base64 = typeof value === "string" ? value : text(member(value, "base64"));
  if (base64 === undefined) {
    return Either.left(
      "`body` is a file. Give its bytes in base64, as a string or as { base64, contentType }.",
    );
  }
  return Either.flatMap(
    Either.mapLeft(
      Encoding.decodeBase64(base64),
      () => "`body` is not base64. Give the body's bytes in base64.",
    ),
    (bytes) => withType(offer, text(member(value, "contentType")), bytes),
  );
};

const writeText = (
  offer: BodyBinding,
  value: Json,
  integers: IntegerPlaces | undefined,
): Either.Either<string, string> => {
  if (offer.kind !== "json" && !isJson(offer.contentType)) {
    const isLines = isArray(value) && /ndjson|jsonl|json-lines/.test(essence(offer.contentType));
    return Either.right(
      isLines
        ? value
            .map((line, index) => `${writeExactJson(line, placesIn(integers, index))}\n`)
            .join("")
        : plain(value),
    );
  }
  const file = offer.fields.find(
    (field) => field.file && isFileObject(member(value, field.name) ?? null),
  );
  return file === undefined
    ? Either.right(writeExactJson(value, integers))
    : Either.left(
        `\`body.${file.name}\` is a file, which ${offer.contentType} cannot hold. Give it as the text that the API expects.`,
      );
};

/** `application/x-www-form-urlencoded`. Fields without an encoding are written like query parameters. */
const urlEncoded = (
  offer: BodyBinding,
  value: Json,
  integers: IntegerPlaces | undefined,
): Either.Either<Content, string> => {
  if (!isObject(value)) return Either.left("`body` is an object of the form's fields.");
  const written = Object.entries(value).flatMap(([name, item]) => {
    const field = offer.fields.find((candidate) => candidate.name === name);
    const hasStyle = (field?.style ?? field?.explode ?? null) !== null;
    const isJsonField =
      !hasStyle && (isObject(item) || (isArray(item) && isJson(field?.contentType ?? "")));
    const style = field?.style ?? "form";
    return queryParts(name, isJsonField ? writeExactJson(item, placesIn(integers, name)) : item, {
      style,
      explode: field?.explode ?? style === "form",
      allowReserved: field?.allowReserved ?? false,
    });
  });
  return Either.right({
    contentType: offer.contentType,
    bytes: encoder.encode(written.join("&")),
  });
};
