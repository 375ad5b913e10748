import {
  type IntegerPlaces,
  type Json,
  placesIn,
  withIntegers,
  writeExactJson,
} from "@executor/sdk";
import { isArray, isObject, member, shorten, text } from "@executor/plugin-kit";
import { Either, Encoding } from "effect";
import type { BodyBinding } from "./binding.ts";
import { concreteType, fallbackType, isRange, isWithin, sentType } from "./content-types.ts";
import type { Content } from "./content-types.ts";
import { multipart } from "./multipart.ts";
import { chooseOffer, isFileObject } from "./offers.ts";
import { essence, isJson, isJsonLines } from "./content.ts";
import { plain, queryParts, withStyledIntegers } from "./styles.ts";

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
): Either.Either<Content, string> => {
  const type = sentType(contentType, kind, own);
  if (type === undefined) {
    return Either.left(
      `The body's media type has to be one of ${contentType}. Name it: give the body as { base64, contentType }.`,
    );
  }
  return isOtherType(own, type)
    ? Either.left(
        `The body cannot be sent as ${shorten(own ?? "", 200)}, only as ${type}. Give a file of that type, or leave out its contentType.`,
      )
    : Either.right({ contentType: type, bytes });
};

/** Whether a file that names its type would go out as another one. Any bytes are an octet stream. */
const isOtherType = (own: string | undefined, type: string): boolean => {
  const named = concreteType(own);
  return (
    named !== undefined &&
    !isWithin(named, type) &&
    ![named, type].some((each) => essence(each) === fallbackType("binary"))
  );
};

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
    const type = essence(offer.contentType);
    const isLines = isJsonLines(type);
    if (isLines && isArray(value)) {
      const lines = value.map((line, at) => `${writeExactJson(line, placesIn(integers, at))}\n`);
      return Either.right(lines.join(""));
    }
    return typeof value === "object" && !isLines && !type.endsWith("yaml")
      ? Either.left(`\`body\` is text in ${offer.contentType}. Give it as one string.`)
      : Either.right(plain(withIntegers(value, integers)));
  }
  return Either.map(withoutFiles(offer, value), () => writeExactJson(value, integers));
};

/** Checks that a body has no file where its type cannot hold one. */
const withoutFiles = (
  { contentType, fields }: BodyBinding,
  value: Json,
): Either.Either<void, string> => {
  const file = fields.find(({ file: isFile, name }) => {
    const item = member(value, name) ?? null;
    return isFile && (isArray(item) ? item : [item]).some(isFileObject);
  });
  return file === undefined
    ? Either.void
    : Either.left(
        `\`body.${file.name}\` is a file, which ${contentType} cannot hold. Give it as the text that the API expects.`,
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
    const inside = placesIn(integers, name);
    const exact = isJsonField
      ? writeExactJson(item, inside)
      : withStyledIntegers(item, style, inside);
    return queryParts(name, exact, {
      style,
      explode: field?.explode ?? style === "form",
      allowReserved: field?.allowReserved ?? false,
    });
  });
  return Either.map(withoutFiles(offer, value), () => ({
    contentType: offer.contentType,
    bytes: encoder.encode(written.join("&")),
  }));
};
