import type { Json, JsonObject } from "@executor/sdk";
import { isObject, member } from "@executor/plugin-kit";
import type { BodyBinding } from "../calls/binding.ts";
import { essence, isJson, isText } from "../calls/reply.ts";

type BodyKind = BodyBinding["kind"];

/** The kinds of body in order of preference, each with the type that is sent where the description gives a range. */
const fallbacks = {
  json: "application/json",
  form: "application/x-www-form-urlencoded",
  multipart: "multipart/form-data",
  text: "text/plain",
  binary: "application/octet-stream",
} satisfies Record<BodyKind, string>;
const preference = Object.keys(fallbacks);

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
  /** As it is sent: never a range. */
  readonly contentType: string;
  /** The media type object of the description. */
  readonly value: JsonObject;
}

/** The media type that a body is sent in: JSON if it is offered, and `application/json` before other JSON types. */
export const chooseMediaType = (content: Json | undefined): MediaType | undefined => {
  if (!isObject(content)) return undefined;
  const [chosen] = Object.entries(content)
    .map(([name, value]) => ({ name: name.trim(), kind: kindOf(name), value }))
    .toSorted(
      (a, b) =>
        preference.indexOf(a.kind) - preference.indexOf(b.kind) ||
        Number(isPlainJson(b.name)) - Number(isPlainJson(a.name)),
    );
  if (chosen === undefined) return undefined;
  const { kind, name, value } = chosen;
  const isConcrete = /^[\w.+-]+\/[\w.+-]+( *; *[\w.-]+=("[^"\r\n]*"|[\w.+-]+))*$/.test(name);
  return {
    kind,
    contentType: isConcrete ? name : fallbacks[kind],
    value: isObject(value) ? value : {},
  };
};

const isPlainJson = (mediaType: string): boolean => essence(mediaType) === "application/json";

/** The schema of a `content` map's JSON; `undefined` without JSON or a schema. */
export const jsonSchemaOf = (content: Json | undefined): Json | undefined => {
  const chosen = chooseMediaType(content);
  return chosen?.kind === "json" ? member(chosen.value, "schema") : undefined;
};
