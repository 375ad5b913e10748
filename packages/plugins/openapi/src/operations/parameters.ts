import { httpToken } from "@executor/sdk";
import type { Json, JsonObject } from "@executor/sdk";
import { isArray, isObject, member, pointer, shorten, text } from "@executor/plugin-kit";
import { Option, Schema } from "effect";
import { ParameterPlace } from "../calls/binding.ts";
import type { ParameterBinding } from "../calls/binding.ts";
import { essence, isJson } from "../calls/content.ts";
import type { References } from "../document/references.ts";
import type { Operation } from "./operations.ts";

export interface Parameter {
  readonly binding: ParameterBinding;
  /** The schema of the description, not converted yet. */
  readonly schema: Json | undefined;
  readonly description: string | undefined;
  readonly required: boolean;
  readonly deprecated: boolean;
  /** Whether it may be given as an empty string, whatever its schema says. */
  readonly allowEmpty: boolean;
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

/** Those of them that every request has, as far as they apply. */
const alwaysSent = /^(accept|content-type|content-length|host|connection)$/i;

/** The styles of each place, its default first (OpenAPI 3.2, "Style Values"). */
const styles: Readonly<Record<ParameterPlace, readonly [string, ...ReadonlyArray<string>]>> = {
  path: ["simple", "label", "matrix"],
  query: ["form", "spaceDelimited", "pipeDelimited", "deepObject"],
  header: ["simple"],
  cookie: ["form", "cookie"],
};

/** A parameter object with its place and name, which together are unique, and the JSON pointer to where it is listed. */
interface Found {
  readonly parameter: JsonObject;
  readonly in: ParameterPlace;
  readonly name: string;
  readonly place: string;
}

/**
 * The parameters of an operation and of its path item; the operation's override the path item's by place and name. Those that
 * are `configured`, such as `header x-api-key`, are no inputs: the source's settings give them. Each has its own key in the
 * tool's input: its name if that is free, otherwise name and place (`id_query`). The key `body` is reserved for the body. A
 * path variable without a description is a required string.
 */
export const readParameters = (
  operation: Operation,
  references: References,
  configured: ReadonlySet<string>,
): ReadonlyArray<Parameter> => {
  const found = new Map<string, Found>();
  for (const listed of listedParameters(operation)) {
    const usable = readListed(listed, operation.path, references, configured);
    if (usable !== undefined) found.set(identity(usable), usable);
  }
  for (const [, name] of operation.path.matchAll(/\{([^}]+)\}/g)) {
    if (name === undefined || found.has(`path ${name}`)) continue;
    const parameter = { schema: { type: "string" } };
    found.set(`path ${name}`, { parameter, in: "path", name, place: operation.place });
  }
  const keys = new Set(["body"]);
  return [...found]
    .filter(([id]) => !configured.has(id))
    .map(([, usable]) => usable)
    .toSorted((a, b) => places.indexOf(a.in) - places.indexOf(b.in))
    .map((usable) => {
      const key = freeKey(keys, usable.name, usable.in);
      keys.add(key);
      return describe(usable, key, references);
    });
};

interface Listed {
  readonly item: Json;
  readonly place: string;
}

const listedParameters = ({ operation, pathItem, place }: Operation): ReadonlyArray<Listed> => {
  const listOf = (holder: JsonObject, at: string): ReadonlyArray<Listed> => {
    const list = member(holder, "parameters");
    return isArray(list)
      ? list.map((item, index) => ({ item, place: `${at}${pointer("parameters", index)}` }))
      : [];
  };
  return [...listOf(pathItem.value, pathItem.placeOf("parameters")), ...listOf(operation, place)];
};

/** A listed parameter that can be sent. Every other one is told, with what follows from its absence. */
const readListed = (
  { item, place }: Listed,
  path: string,
  { follow, warnings }: References,
  configured: ReadonlySet<string>,
): Found | undefined => {
  const ignored = (why: string): undefined => {
    warnings.warn("parameter_ignored", `${why}, so it is no input and is not sent.`, place);
  };
  const parameter = follow(item);
  // What is no object, or leads to none, is told where references are followed.
  if (parameter === undefined) return undefined;
  const name = text(member(parameter, "name"));
  const where = member(parameter, "in");
  if (name === undefined) return ignored("The parameter has no name");
  if (!isPlace(where)) {
    return ignored(
      `The parameter \`${shorten(name, 100)}\` is in none of the places ${places.join(", ")}`,
    );
  }
  const called = `The ${where} parameter \`${shorten(name, 100)}\``;
  if (where === "path" && !path.includes(`{${name}}`)) {
    return ignored(`${called} is not in the path ${shorten(path, 200)}`);
  }
  if (where === "header" || where === "cookie") {
    if (!httpToken.test(name)) return ignored(`${called} has characters that HTTP does not allow`);
    if (where === "header" && forbiddenHeaders.test(name.toLowerCase())) {
      const isMissed = !alwaysSent.test(name) && !configured.has(`header ${name.toLowerCase()}`);
      return isMissed
        ? ignored(`${called} is not a caller's to set; the source's settings can give it`)
        : undefined;
    }
  }
  return { parameter, in: where, name, place };
};

const identity = ({ in: place, name }: Found): string =>
  `${place} ${place === "header" ? name.toLowerCase() : name}`;

const freeKey = (taken: ReadonlySet<string>, name: string, place: ParameterPlace): string => {
  let key = name in Object.prototype ? `${name}_${place}` : name;
  if (taken.has(key)) key = `${name}_${place}`;
  while (taken.has(key)) key += "_";
  return key;
};

const describe = (found: Found, key: string, references: References): Parameter => {
  const { parameter, in: place, name } = found;
  const content = contentOf(found, references);
  const style = styleOf(found, references);
  const explode = member(parameter, "explode");
  return {
    binding: {
      key,
      name,
      in: place,
      style,
      explode: typeof explode === "boolean" ? explode : style === "form" || style === "cookie",
      allowReserved: member(parameter, "allowReserved") === true,
      json: content?.isJson === true,
    },
    schema: content === undefined ? member(parameter, "schema") : content.schema,
    description: shortText(member(parameter, "description")),
    required: place === "path" || member(parameter, "required") === true,
    deprecated: member(parameter, "deprecated") === true,
    allowEmpty: place === "query" && member(parameter, "allowEmptyValue") === true,
  };
};

/** The style that a parameter is written in; one that its place does not have is told, and replaced by the default. */
const styleOf = ({ in: place, parameter, place: at }: Found, { warnings }: References): string => {
  const [fallback, ...others] = styles[place];
  const given = member(parameter, "style");
  if (given === undefined) return fallback;
  const style = text(given) ?? "";
  if (style === fallback || others.includes(style)) return style;
  warnings.warn(
    "style_unknown",
    `A ${place} parameter cannot have the style ${shorten(JSON.stringify(given), 100)}, so it is sent in the style ${fallback}.`,
    at,
  );
  return fallback;
};

interface ParameterContent {
  readonly isJson: boolean;
  readonly schema: Json | undefined;
}

/** What a parameter with `content` instead of a style holds: a value that is sent as JSON, or text that the caller writes. */
const contentOf = (
  { parameter, place }: Found,
  { warnings }: References,
): ParameterContent | undefined => {
  const content = member(parameter, "content");
  if (!isObject(content)) return undefined;
  const offered = Object.entries(content);
  const chosen = offered.find(([type]) => isJson(type)) ?? offered[0];
  if (chosen === undefined) return { isJson: true, schema: undefined };
  const [type, value] = chosen;
  if (offered.length > 1) {
    warnings.warn(
      "parameter_content",
      `The parameter offers more than one media type, so it is sent as ${shorten(type, 100)}.`,
      place,
    );
  }
  const schema = member(value, "schema");
  if (isJson(type) || /^[^/]*\*|\/\*/.test(type)) return { isJson: true, schema };
  return essence(type).startsWith("text/plain")
    ? { isJson: false, schema }
    : { isJson: false, schema: { type: "string", description: `Text of ${shorten(type, 100)}.` } };
};

const shortText = (description: Json | undefined): string | undefined =>
  Option.fromNullable(text(description)).pipe(
    Option.map((whole) => shorten(whole, 500)),
    Option.getOrUndefined,
  );
