import type { Json, JsonObject } from "@executor/sdk";
import { fromEntries, isArray, isObject, member, pointer, text } from "@executor/plugin-kit";
import type { Tell } from "./places.ts";

/** A parameter of Swagger 2.0 with the place where it is written. */
export interface Parameter {
  readonly value: JsonObject;
  readonly place: string;
}

/**
 * A list of parameters with the shared ones (`#/parameters/…`) in place of the references to them, so that those in a body, which
 * OpenAPI 3 has elsewhere, are found. Other references stay. What cannot be a parameter is left out and told.
 */
export const readList = (
  root: JsonObject,
  list: Json | undefined,
  place: string,
  tell: Tell,
): ReadonlyArray<Parameter> => {
  if (list === undefined) return [];
  if (!isArray(list)) {
    tell("swagger_part_dropped", "This is not a list of parameters and is not used.", place);
    return [];
  }
  return list.flatMap((written, index) => {
    const own = place + pointer(index);
    const { at, value } = resolve(root, "parameters", written, own);
    if (isObject(value) && member(value, "$ref") !== undefined) {
      warnOfElsewhere(value, own, tell);
      return [{ value, place: at }];
    }
    if (isObject(value) && text(member(value, "in")) !== undefined) {
      warnOfFormats(value, at, tell);
      return [{ value, place: at }];
    }
    tell("swagger_part_dropped", "This is not a parameter with `in`, and is not used.", at);
    return [];
  });
};

/** An object, or what its reference into one of the document's own collections leads to. */
export const resolve = (
  root: JsonObject,
  collection: "parameters" | "responses",
  value: Json,
  place: string,
): { readonly value: Json; readonly at: string } => {
  const reference = member(value, "$ref");
  const start = `#/${collection}/`;
  if (typeof reference !== "string" || !reference.startsWith(start)) return { value, at: place };
  const key = reference.slice(start.length).replaceAll("~1", "/").replaceAll("~0", "~");
  const found = member(member(root, collection), key);
  // A reference to another reference stays, and is told where references are followed.
  return isObject(found) && member(found, "$ref") === undefined
    ? { value: found, at: pointer(collection, key) }
    : { value, at: place };
};

/** Warns of a reference from where Swagger 2.0 and OpenAPI 3 differ to a place that is not converted with the description. */
export const warnOfElsewhere = (value: JsonObject, place: string, tell: Tell): void => {
  const reference = member(value, "$ref");
  if (typeof reference !== "string" || reference.startsWith("#/")) return;
  tell(
    "swagger_reference_elsewhere",
    `What ${JSON.stringify(reference.slice(0, 200))} leads to is converted only if its document is a whole Swagger 2.0 document, and without parameters in a body.`,
    place,
  );
};

/** Formats of lists that a style of OpenAPI 3 writes, by place. */
const formats: Readonly<Record<string, ReadonlyArray<string>>> = {
  query: ["csv", "ssv", "pipes", "multi"],
  formData: ["csv", "ssv", "pipes", "multi"],
  path: ["csv"],
  header: ["csv"],
};

const warnOfFormats = (parameter: JsonObject, place: string, tell: Tell): void => {
  const known = formats[text(member(parameter, "in")) ?? ""] ?? [];
  const format = member(parameter, "collectionFormat");
  if (typeof format === "string" && !known.includes(format)) {
    const sent = known.includes("multi") ? "with one parameter for each item" : "with commas";
    tell(
      "swagger_collection_format",
      `Lists cannot be sent as \`${format.slice(0, 50)}\` here, and are sent ${sent}.`,
      place,
    );
  }
  let items = member(parameter, "items");
  for (let depth = 0; isObject(items) && depth < 32; depth += 1) {
    if (member(items, "type") === "array") {
      tell("swagger_collection_format", "Lists in lists are sent as JSON text.", place);
      return;
    }
    items = member(items, "items");
  }
};

/** Media types of `consumes` or `produces`, the operation's before the document's; JSON if neither has any. */
export const mediaTypes = (
  root: JsonObject,
  operation: JsonObject,
  name: "consumes" | "produces",
): ReadonlyArray<string> => {
  for (const list of [member(operation, name), member(root, name)]) {
    const given = typeof list === "string" ? [list] : list;
    const types = isArray(given) ? given.filter((type) => typeof type === "string") : [];
    if (types.length > 0) return types;
  }
  return ["application/json"];
};

/** Responses with the shared ones (`#/responses/…`) in place of the references to them. */
export const readResponses = (
  root: JsonObject,
  responses: Json | undefined,
  place: string,
  tell: Tell,
): JsonObject =>
  fromEntries(
    Object.entries(isObject(responses) ? responses : {}).flatMap(([status, response]) => {
      const { at, value } = resolve(root, "responses", response, place + pointer(status));
      if (isObject(value)) {
        if (member(value, "$ref") !== undefined) warnOfElsewhere(value, at, tell);
        return [[status, value] as const];
      }
      if (!status.startsWith("x-")) {
        tell("swagger_part_dropped", "This is not a response, and is not used.", at);
      }
      return [];
    }),
  );
