import type { Json, JsonObject, ToolDefinition } from "@executor/sdk";
import { Schema } from "effect";
import { at, isObject, type DrawnOperation } from "./descriptions.ts";
import { pick, type Random } from "./random.ts";
import type { Sampler, SecondInput } from "./swagger.ts";

const Field = Schema.Struct({ name: Schema.String, file: Schema.Boolean, mixed: Schema.Boolean });

/** The parts of a tool's binding that say where its inputs go. */
const Bound = Schema.Struct({
  parameters: Schema.Array(
    Schema.Struct({ key: Schema.String, name: Schema.String, in: Schema.String }),
  ),
  body: Schema.NullOr(
    Schema.Struct({
      key: Schema.NullOr(Schema.String),
      offers: Schema.Array(
        Schema.Struct({
          kind: Schema.String,
          contentType: Schema.String,
          fields: Schema.Array(Field),
        }),
      ),
    }),
  ),
});

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

/**
 * Values for a tool's parameters and body, made of the description's schemas: each required parameter, half of the others, and
 * where there is a body one of its media types. `undefined` where no value can be made.
 */
export const drawInput = (
  tool: ToolDefinition,
  drawn: DrawnOperation,
  sample: Sampler,
  random: Random,
): DrawnInput | undefined => {
  const { body, parameters } = Schema.decodeUnknownSync(Bound)(tool.binding);
  const required = at(tool.inputSchema, "required");
  const needs = new Set(Array.isArray(required) ? required : []);
  const input: Record<string, Json> = {};
  const second: Record<string, Json> = {};
  for (const { key, name, in: place } of parameters) {
    const schema = at(tool.inputSchema, "properties", key);
    const chosen = random() < 0.5 || needs.has(key);
    const value = chosen
      ? sample(schemaOf(drawn, place, name) ?? schema ?? {}, drawn.document)
      : null;
    if (value === undefined || value === null) continue;
    // An empty path parameter leads to another operation, and is refused.
    const given = place === "path" && value === "" ? "drawn" : value;
    input[key] = given;
    second[`${place}.${name}`] = given;
  }
  const offer = body === null ? undefined : pick(random, body.offers);
  const wantsBody = offer !== undefined && (needs.has("body") || random() < 0.8);
  if (!wantsBody)
    return { input, second: { parameters: second, contentType: undefined, body: undefined } };
  const made = bodyOf(offer, drawn, sample);
  if (made === undefined) return undefined;
  input["body"] = made.input;
  if (body?.key !== null && body !== null) input[body.key] = offer.contentType;
  return {
    input,
    second: { parameters: second, contentType: offer.contentType, body: made.second },
  };
};

const follow = (value: Json | undefined, document: JsonObject): Json | undefined => {
  const reference = at(value, "$ref");
  return typeof reference === "string"
    ? at(document, ...reference.replace(/^#\//, "").split("/").map(unescape))
    : value;
};

const unescape = (token: string): string =>
  decodeURIComponent(token).replaceAll("~1", "/").replaceAll("~0", "~");

const isList = (value: Json | undefined): value is ReadonlyArray<Json> => Array.isArray(value);

const itemsOf = (value: Json | undefined): ReadonlyArray<Json> => (isList(value) ? value : []);

/** The schema of a parameter as the description writes it. */
const schemaOf = (drawn: DrawnOperation, place: string, name: string): Json | undefined => {
  const lists = [at(drawn.operation, "parameters"), at(drawn.pathItem, "parameters")];
  const found = lists
    .flatMap(itemsOf)
    .map((item) => follow(item, drawn.document))
    .find((item) => at(item, "name") === name && at(item, "in") === place);
  const content = at(found, "content");
  return (
    at(found, "schema") ?? (isObject(content) ? at(Object.values(content)[0], "schema") : undefined)
  );
};

interface Offer {
  readonly kind: string;
  readonly contentType: string;
  readonly fields: ReadonlyArray<typeof Field.Type>;
}

const bodyOf = (
  { contentType, fields, kind }: Offer,
  { document, operation }: DrawnOperation,
  sample: Sampler,
): { readonly input: Json; readonly second: unknown } | undefined => {
  if (kind === "binary") return { input: fileInput, second: file() };
  if (kind === "text") return { input: "text", second: "text" };
  const content = at(follow(operation["requestBody"], document), "content");
  const schema = at(content, contentType, "schema");
  const sampled = sample(schema ?? {}, document);
  if (sampled === undefined) return undefined;
  const files = new Set(fields.flatMap(({ file: isFile, name }) => (isFile ? [name] : [])));
  if (!isObject(sampled) || files.size === 0 || kind === "json") {
    return { input: sampled, second: sampled };
  }
  const entries = Object.entries(sampled).map(([name, value]) => {
    const many = Array.isArray(value);
    if (!files.has(name)) return { name, input: value, second: value };
    return { name, input: many ? [fileInput] : fileInput, second: many ? [file()] : file() };
  });
  return {
    input: Object.fromEntries(entries.map((entry) => [entry.name, entry.input])),
    second: Object.fromEntries(entries.map((entry) => [entry.name, entry.second])),
  };
};
