import { Array as Arr } from "effect";
import type { Json, JsonObject } from "@executor/sdk";
import { isObject, member, shorten } from "@executor/plugin-kit";
import type { Warnings } from "@executor/plugin-kit";
import type { BodyBinding } from "../calls/binding.ts";
import { concreteType, fallbackType, isRange } from "../calls/content-types.ts";
import { essence, isJson, isText } from "../calls/content.ts";

type BodyKind = BodyBinding["kind"];

/** The kinds of body in order of preference. */
const preference: ReadonlyArray<BodyKind> = ["json", "form", "multipart", "text", "binary"];

/** Media types of one body that are read; more are told. */
const maxOffers = 20;

/** The kind of body that a media type is written as. A range that includes JSON counts as JSON. */
const kindOf = (mediaType: string): BodyKind => {
  const type = essence(mediaType);
  if (isJson(type) || type === "*/*" || type === "application/*") return "json";
  if (type === "application/x-www-form-urlencoded") return "form";
  if (type.startsWith("multipart/")) return "multipart";
  return isText(type) ? "text" : "binary";
};

export interface MediaType {
  readonly kind: BodyKind;
  /** As it is sent, or a range such as `image/*`. */
  readonly contentType: string;
  /** The media type object of the description. */
  readonly value: JsonObject;
}

/** The media types of a `content` map that can be sent, JSON first, and `application/json` before other JSON types. */
export const offeredTypes = (
  content: Json | undefined,
  warnings: Warnings,
  place: string,
): ReadonlyArray<MediaType> => {
  if (!isObject(content)) return [];
  const sorted = sortedTypes(content);
  const [unusable, usable] = Arr.partition(sorted, ({ contentType }) => isSendable(contentType));
  for (const { contentType } of unusable) {
    warnings.warn(
      "media_type_unusable",
      `${shorten(JSON.stringify(contentType), 200)} is not a media type, so ${usable.length === 0 ? "the body is sent with a general one" : "the body cannot be sent as it"}.`,
      place,
    );
  }
  if (usable.length > maxOffers) {
    const left = usable.slice(maxOffers).map(({ contentType }) => contentType);
    warnings.warn(
      "media_types_left_out",
      `The body offers ${usable.length} media types, so it cannot be sent as ${shorten(left.join(", "), 300)}.`,
      place,
    );
  }
  return usable.length > 0
    ? usable.slice(0, maxOffers)
    : sorted.slice(0, 1).map((type) => ({ ...type, contentType: fallbackType(type.kind) }));
};

const isSendable = (name: string): boolean => concreteType(name) !== undefined || isRange(name);

const sortedTypes = (content: JsonObject): ReadonlyArray<MediaType> =>
  Object.entries(content)
    .map(([name, value]) => ({
      kind: kindOf(name),
      contentType: name.trim(),
      value: isObject(value) ? value : {},
    }))
    .toSorted(
      (a, b) =>
        preference.indexOf(a.kind) - preference.indexOf(b.kind) ||
        Number(isPlainJson(b.contentType)) - Number(isPlainJson(a.contentType)),
    );

const isPlainJson = (mediaType: string): boolean => essence(mediaType) === "application/json";

/** The schema of a `content` map's JSON; `undefined` without JSON or a schema. */
export const jsonSchemaOf = (content: Json | undefined): Json | undefined => {
  const [chosen] = isObject(content) ? sortedTypes(content) : [];
  return chosen?.kind === "json" ? member(chosen.value, "schema") : undefined;
};
