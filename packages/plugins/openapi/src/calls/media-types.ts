import type { Json, JsonObject } from "@executor/sdk";
import { isObject, member } from "@executor/plugin-kit";
import type { BodyBinding } from "./binding.ts";

/** `type/subtype` in lower case, without parameters. */
export const essence = (mediaType: string): string =>
  mediaType.split(";", 1)[0]?.trim().toLowerCase() ?? "";

export const isJson = (mediaType: string): boolean =>
  /^(application|text)\/json$|\+json$/.test(essence(mediaType));

/** Text that an agent can read or write as it is. */
export const isText = (mediaType: string): boolean =>
  /^text\/|[/+](xml|yaml|x-yaml|javascript|graphql|sql|toml|x-ndjson|jsonl|x-www-form-urlencoded)$/.test(
    essence(mediaType),
  );

/** How a body of this type is written. A range that includes JSON counts as JSON. */
const kindOf = (mediaType: string): BodyBinding["kind"] => {
  const type = essence(mediaType);
  if (isJson(type) || type === "*/*" || type === "application/*") return "json";
  if (type === "application/x-www-form-urlencoded") return "form";
  if (type.startsWith("multipart/")) return "multipart";
  return isText(type) ? "text" : "binary";
};

const preference: ReadonlyArray<BodyBinding["kind"]> = [
  "json",
  "form",
  "multipart",
  "text",
  "binary",
];

export interface MediaType {
  readonly kind: BodyBinding["kind"];
  /** As it is sent. */
  readonly contentType: string;
  readonly value: JsonObject;
}

/** The media type to send a body in: JSON where there is a choice, and plain `application/json` before its relatives. */
export const chooseMediaType = (content: Json | undefined): MediaType | undefined => {
  if (!isObject(content)) return undefined;
  const offered = Object.entries(content).map(([name, value]) => {
    const kind = kindOf(name);
    return { name, kind, value: isObject(value) ? value : {} };
  });
  const [chosen] = offered.toSorted(
    (a, b) =>
      preference.indexOf(a.kind) - preference.indexOf(b.kind) ||
      Number(essence(b.name) === "application/json") -
        Number(essence(a.name) === "application/json"),
  );
  if (chosen === undefined) return undefined;
  return {
    kind: chosen.kind,
    contentType: concrete(chosen.name, chosen.kind),
    value: chosen.value,
  };
};

const concrete = (mediaType: string, kind: BodyBinding["kind"]): string => {
  if (!/^[\w.+-]+\/[\w.+-]+( *; *[\w.-]+=("[^"\r\n]*"|[\w.+-]+))*$/.test(mediaType.trim())) {
    return kind === "json" ? "application/json" : fallbacks[kind];
  }
  return mediaType.trim();
};

const fallbacks = {
  form: "application/x-www-form-urlencoded",
  multipart: "multipart/form-data",
  text: "text/plain",
  binary: "application/octet-stream",
};

/** The first JSON schema of a `content` map. */
export const jsonSchemaOf = (content: Json | undefined): Json | undefined => {
  const chosen = chooseMediaType(content);
  return chosen?.kind === "json" ? member(chosen.value, "schema") : undefined;
};
