import { at, isObject, type DrawnOperation, type Json, type JsonObject } from "./descriptions.ts";
import { pick, type Random } from "./random.ts";
import type { Sampler, SecondInput } from "./swagger.ts";

export interface DrawnInput {
  /** Of the tool. */
  readonly input: JsonObject;
  /** The same values for the second client. */
  readonly second: SecondInput;
}

const fileText = "\u0000bytes";

const file = (): File => new File([fileText], "a.bin", { type: "application/octet-stream" });

/** A file in a tool's input: the same as {@link file}. */
const fileInput: JsonObject = {
  base64: btoa(fileText),
  filename: "a.bin",
  contentType: "application/octet-stream",
};

const unescape = (token: string): string =>
  decodeURIComponent(token).replaceAll("~1", "/").replaceAll("~0", "~");

const follow = (value: Json | undefined, document: JsonObject): Json | undefined => {
  const reference = at(value, "$ref");
  return typeof reference === "string"
    ? at(document, ...reference.replace(/^#\//, "").split("/").map(unescape))
    : value;
};

const isList = (value: Json | undefined): value is ReadonlyArray<Json> => Array.isArray(value);

const itemsOf = (value: Json | undefined): ReadonlyArray<Json> => (isList(value) ? value : []);

interface Parameter {
  readonly key: string;
  /** Place and name, such as `query.page`. */
  readonly id: string;
  readonly schema: Json;
}

const places = ["path", "query", "header", "cookie"];

/** The operation's parameters that are inputs of the tool, by the documented rule for their keys. */
const parametersOf = (
  { document, operation, pathItem }: DrawnOperation,
  inputs: JsonObject,
): ReadonlyArray<Parameter> => {
  const found = new Map<string, { place: string; name: string; schema: Json }>();
  for (const item of [...itemsOf(pathItem["parameters"]), ...itemsOf(operation["parameters"])]) {
    const parameter = follow(item, document);
    const name = at(parameter, "name");
    const place = at(parameter, "in");
    if (typeof name !== "string" || typeof place !== "string" || !places.includes(place)) continue;
    const content = at(parameter, "content");
    const described = isObject(content) ? at(Object.values(content)[0], "schema") : undefined;
    const schema = at(parameter, "schema") ?? described ?? {};
    found.set(`${place}.${name}`, { place, name, schema });
  }
  const taken = new Set(["body"]);
  return [...found]
    .toSorted(([, a], [, b]) => places.indexOf(a.place) - places.indexOf(b.place))
    .flatMap(([id, { name, place, schema }]) => {
      const key = taken.has(name) ? `${name}_${place}` : name;
      if (!(key in inputs)) return [];
      taken.add(key);
      return [{ key, id, schema }];
    });
};

/**
 * Values for a tool's parameters and body, made of the description's schemas: each required parameter, half of the others, and
 * where there is a body one of its media types. `undefined` where no value can be made.
 */
export const drawInput = (
  inputSchema: Json,
  drawn: DrawnOperation,
  sample: Sampler,
  random: Random,
): DrawnInput | undefined => {
  const properties = at(inputSchema, "properties");
  const inputs = isObject(properties) ? properties : {};
  const needs = new Set(itemsOf(at(inputSchema, "required")));
  const input: Record<string, Json> = {};
  const parameters: Record<string, Json> = {};
  for (const { id, key, schema } of parametersOf(drawn, inputs)) {
    const chosen = needs.has(key) || random() < 0.5;
    const value = chosen ? sample(schema, drawn.document) : null;
    if (value === undefined || value === null) continue;
    // An empty path parameter leads to another operation, and is refused.
    const given = id.startsWith("path.") && value === "" ? "drawn" : value;
    input[key] = given;
    parameters[id] = given;
  }
  const choice = at(inputs["contentType"], "enum");
  const content = at(follow(drawn.operation["requestBody"], drawn.document), "content");
  const offered = isList(choice) ? choice : Object.keys(isObject(content) ? content : {});
  const contentType = pick(random, offered);
  const wantsBody = "body" in inputs && (needs.has("body") || random() < 0.8);
  if (!wantsBody || typeof contentType !== "string") {
    return { input, second: { parameters, contentType: undefined, body: undefined } };
  }
  const made = bodyOf(contentType, at(content, contentType), drawn.document, sample);
  if (made === undefined) return undefined;
  input["body"] = made.input;
  if (isList(choice)) input["contentType"] = contentType;
  return { input, second: { parameters, contentType, body: made.second } };
};

const isFile = (property: Json | undefined, document: JsonObject): boolean => {
  const schema = follow(property, document);
  const item = at(schema, "type") === "array" ? follow(at(schema, "items"), document) : schema;
  return at(item, "format") === "binary";
};

const bodyOf = (
  contentType: string,
  mediaType: Json | undefined,
  document: JsonObject,
  sample: Sampler,
): { readonly input: Json; readonly second: unknown } | undefined => {
  const schema = at(mediaType, "schema");
  const isForm = /^multipart|urlencoded/.test(contentType);
  const isJson = /json|\*\/\*/.test(contentType) && !isFile(schema, document);
  if (!isForm && !isJson) {
    return /xml|^text|yaml|ndjson/.test(contentType)
      ? { input: "text", second: "text" }
      : { input: fileInput, second: file() };
  }
  const sampled = sample(schema ?? {}, document);
  if (sampled === undefined) return undefined;
  if (!isForm || !isObject(sampled)) return { input: sampled, second: sampled };
  const entries = Object.entries(sampled).map(([name, value]) => {
    const many = isList(value);
    // Only a multipart form holds files.
    if (
      !contentType.startsWith("multipart") ||
      !isFile(at(follow(schema, document), "properties", name), document)
    ) {
      return { name, input: value, second: value };
    }
    return { name, input: many ? [fileInput] : fileInput, second: many ? [file()] : file() };
  });
  return {
    input: Object.fromEntries(entries.map((entry) => [entry.name, entry.input])),
    second: Object.fromEntries(entries.map((entry) => [entry.name, entry.second])),
  };
};
