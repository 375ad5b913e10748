import { isBigInteger } from "@executor/sdk";
import type { Json, JsonObject } from "@executor/sdk";
import { isArray, isObject, member, shorten, text } from "@executor/plugin-kit";
import { Either, Encoding } from "effect";
import type { BodyBinding, FieldBinding, JsonKind, MemberBinding } from "./binding.ts";
import { concreteType, isRange, isWithin } from "./content-types.ts";
import { essence } from "./content.ts";

export const kindOfValue = (value: Json): JsonKind => {
  if (value === null) return "null";
  if (isArray(value)) return "array";
  if (isObject(value)) return "object";
  return typeof value === "string" ? "string" : typeof value === "number" ? "number" : "boolean";
};

/** A file as an object: `base64`, and perhaps its name and type, and nothing else. */
export const isFileObject = (value: Json): value is JsonObject =>
  isObject(value) &&
  typeof value["base64"] === "string" &&
  Object.keys(value).every((key) => fileKeys.has(key));

const fileKeys = new Set(["base64", "filename", "contentType"]);

/** Whether a form's field holds a file: as an object, or as base64 where the field can hold nothing else. */
export const isFileIn = (field: FieldBinding, value: Json): boolean =>
  (isArray(value) ? value : [value]).some(
    (item) =>
      isFileObject(item) ||
      (!field.mixed && typeof item === "string" && Either.isRight(Encoding.decodeBase64(item))),
  );

const holdsFile = ({ fields, kind, bytes }: BodyBinding, body: Json): boolean => {
  if (kind === "binary" || bytes) return isFileObject(body);
  return (
    kind === "multipart" &&
    fields.some(({ name, ...field }) => {
      const value = member(body, name);
      return field.file && value !== undefined && isFileIn({ name, ...field }, value);
    })
  );
};

const takes = ({ kinds, members, required }: BodyBinding, body: Json): boolean =>
  kinds.includes(kindOfValue(body)) &&
  (!isObject(body) ||
    (required.every((name) => Object.hasOwn(body, name)) &&
      members.every((each) => takesMember(each, member(body, each.name)))));

const takesMember = ({ kinds, values }: MemberBinding, value: Json | undefined): boolean => {
  if (value === undefined) return true;
  if (typeof value !== "string") return kinds.includes(kindOfValue(value));
  return kinds.includes("string")
    ? values === null || values.includes(value)
    : kinds.includes("number") && isBigInteger(value);
};

/**
 * The media type that a body is sent in, among those that the description offers: the caller's own choice; else one whose file
 * the body holds, of the type that the file names if there is one; else the first that takes the body, as far as is known, JSON
 * before others. The left side names the types.
 */
export const chooseOffer = (
  offers: ReadonlyArray<BodyBinding>,
  body: Json,
  wanted: string | undefined,
): Either.Either<BodyBinding, string> => {
  const [only, ...others] = offers;
  const listed = shorten(offers.map(({ contentType }) => contentType).join(", "), 500);
  if (wanted !== undefined) {
    const chosen =
      offers.find(({ contentType }) => contentType === wanted) ??
      offers.find(({ contentType }) => essence(contentType) === essence(wanted)) ??
      offers.find(
        ({ contentType }) => concreteType(wanted) !== undefined && isWithin(wanted, contentType),
      );
    if (chosen === undefined) {
      return Either.left(
        `The body cannot be sent as ${shorten(wanted, 200)}. Choose one of: ${listed}.`,
      );
    }
    return Either.right(
      isRange(chosen.contentType) && !isRange(wanted)
        ? { ...chosen, contentType: concreteType(wanted) ?? chosen.contentType }
        : chosen,
    );
  }
  if (only !== undefined && others.length === 0) return Either.right(only);
  const type = isFileObject(body) ? concreteType(text(member(body, "contentType"))) : undefined;
  const holding = offers.filter((offer) => holdsFile(offer, body));
  const chosen =
    holding.find(({ contentType }) => type !== undefined && isWithin(type, contentType)) ??
    holding[0] ??
    offers.find((offer) => takes(offer, body)) ??
    offers.find(({ kinds }) => kinds.includes(kindOfValue(body)));
  return chosen === undefined
    ? Either.left(`\`body\` fits none of the media types that are offered: ${listed}.`)
    : Either.right(chosen);
};
