import { httpToken } from "@executor/sdk";
import type { Json, JsonObject } from "@executor/sdk";
import { isArray, isObject, member, shorten, text } from "@executor/plugin-kit";
import { Option, Schema } from "effect";
import { ParameterPlace } from "../calls/binding.ts";
import type { ParameterBinding } from "../calls/binding.ts";
import type { References } from "../document/references.ts";
import type { Operation } from "./operations.ts";

export interface Parameter {
  readonly binding: ParameterBinding;
  /** The schema of the description, not converted yet. */
  readonly schema: Json | undefined;
  readonly description: string | undefined;
  readonly required: boolean;
  readonly deprecated: boolean;
}

/** Places in the order in which their parameters claim a name as the input's key. */
const places: ReadonlyArray<ParameterPlace> = ["path", "query", "header", "cookie"];

const isPlace = Schema.is(ParameterPlace);

/**
 * Headers that an agent must not set. OpenAPI ignores parameters with the first three names; the others control the routing,
 * the identity and the framing of a request.
 */
const forbiddenHeaders =
  /^(accept|authorization|content-type|connection|content-length|cookie|expect|host|keep-alive|proxy-(authorization|connection)|te|trailer|transfer-encoding|upgrade)$/;

const defaultStyles = { path: "simple", query: "form", header: "simple", cookie: "form" };

/**
 * The parameters of an operation and of its path item; the operation's override the path item's by place and name. Each has
 * its own key in the tool's input: its name if that is free, otherwise name and place (`id_query`). The key `body` is
 * reserved for the body. A path variable without a description is a required string.
 */
export const readParameters = (
  { operation, path, pathItem }: Operation,
  references: References,
): ReadonlyArray<Parameter> => {
  const raw = new Map<string, JsonObject>();
  for (const list of [member(pathItem, "parameters"), member(operation, "parameters")]) {
    if (!isArray(list)) continue;
    for (const item of list) {
      const parameter = references.follow(item);
      const identity = parameter === undefined ? undefined : identify(parameter, path);
      if (parameter !== undefined && identity !== undefined) raw.set(identity, parameter);
    }
  }
  for (const [, name] of path.matchAll(/\{([^}]+)\}/g)) {
    const identity = `path ${name}`;
    if (name !== undefined && !raw.has(identity)) {
      raw.set(identity, { in: "path", name, schema: { type: "string" } });
    }
  }
  const keys = new Set(["body"]);
  return [...raw.values()]
    .toSorted((a, b) => places.indexOf(placeOf(a)) - places.indexOf(placeOf(b)))
    .map((parameter) => {
      const key = freeKey(keys, nameOf(parameter), placeOf(parameter));
      keys.add(key);
      return describe(parameter, key);
    });
};

/** Place and name, which together are unique; `undefined` for a parameter that cannot be sent. */
const identify = (parameter: JsonObject, path: string): string | undefined => {
  const name = text(member(parameter, "name"));
  const place = member(parameter, "in");
  if (name === undefined || !isPlace(place)) return undefined;
  if (place === "path") return path.includes(`{${name}}`) ? `path ${name}` : undefined;
  if (place === "query") return `query ${name}`;
  if (!httpToken.test(name)) return undefined;
  if (place === "cookie") return `cookie ${name}`;
  const header = name.toLowerCase();
  return forbiddenHeaders.test(header) ? undefined : `header ${header}`;
};

const nameOf = (parameter: JsonObject): string => text(member(parameter, "name")) ?? "";

const placeOf = (parameter: JsonObject): ParameterPlace =>
  Option.getOrElse(Option.liftPredicate(isPlace)(parameter["in"]), () => "query");

const freeKey = (taken: ReadonlySet<string>, name: string, place: ParameterPlace): string => {
  let key = name in Object.prototype ? `${name}_${place}` : name;
  if (taken.has(key)) key = `${name}_${place}`;
  while (taken.has(key)) key += "_";
  return key;
};

const describe = (parameter: JsonObject, key: string): Parameter => {
  const place = placeOf(parameter);
  const content = member(parameter, "content");
  const style = text(member(parameter, "style")) ?? defaultStyles[place];
  const explode = member(parameter, "explode");
  return {
    binding: {
      key,
      name: nameOf(parameter),
      in: place,
      style,
      explode: typeof explode === "boolean" ? explode : style === "form",
      allowReserved: member(parameter, "allowReserved") === true,
      json: isObject(content),
    },
    schema: isObject(content)
      ? member(Object.values(content)[0], "schema")
      : member(parameter, "schema"),
    description: shortText(member(parameter, "description")),
    required: place === "path" || member(parameter, "required") === true,
    deprecated: member(parameter, "deprecated") === true,
  };
};

const shortText = (description: Json | undefined): string | undefined => {
  const whole = text(description);
  return whole === undefined ? undefined : shorten(whole, 500);
};
