import type { Json, JsonObject } from "@executor/sdk";
import { fromEntries, isObject, member, pointer, type Steps } from "@executor/plugin-kit";
import { readResponses } from "./lists.ts";
import { convertPathItem } from "./operations.ts";
import type { Places, Tell } from "./places.ts";
import { documentServers } from "./servers.ts";
import { upgrade, upgradeDocument } from "./upgrade.ts";

/** Schemas that are converted in one step. */
const batch = 20;

/** Whether a document is Swagger 2.0, whose version YAML may read as a number. */
export const isSwagger2 = (root: Json): root is JsonObject =>
  /^"?2(\.0)?"?$/.test(JSON.stringify(member(root, "swagger") ?? null));

/**
 * A Swagger 2.0 document as one of OpenAPI 3.0, path by path. `definitions`, `responses` and `parameters` stay under these names, so
 * that references need no change. What OpenAPI 3.0 cannot say is told; a part that cannot be converted is left out and told.
 */
export function* convertSwagger(
  root: JsonObject,
  documentUrl: string | undefined,
  places: Places,
  tell: Tell,
): Steps<JsonObject> {
  const { definitions, parameters, paths, responses, securityDefinitions } = root;
  const converted = new Map<string, Json>();
  for (const [path, item] of Object.entries(isObject(paths) ? paths : {})) {
    const whole = isObject(item)
      ? attempt(pointer("paths", path), tell, () =>
          convertPathItem(root, path, item, documentUrl, places, tell),
        )
      : item;
    if (whole !== undefined) converted.set(path, whole);
    yield;
  }
  return {
    openapi: "3.0.4",
    ...without(root, replaced),
    servers: documentServers(root, documentUrl, tell),
    ...(paths === undefined || (paths !== null && !isObject(paths))
      ? keep("paths", paths)
      : { paths: fromEntries(converted) }),
    definitions: yield* convertSchemas(isObject(definitions) ? definitions : {}, tell),
    parameters: sharedParameters(isObject(parameters) ? parameters : {}, tell),
    responses: sharedResponses(root, responses, tell),
    components: { securitySchemes: securitySchemes(securityDefinitions, tell) },
  };
}

const replaced = [
  "swagger",
  "host",
  "basePath",
  "schemes",
  "consumes",
  "produces",
  "securityDefinitions",
];

const without = (root: JsonObject, names: ReadonlyArray<string>): JsonObject =>
  fromEntries(Object.entries(root).filter(([name]) => !names.includes(name)));

const keep = (name: string, value: Json | undefined): JsonObject =>
  value === undefined ? {} : { [name]: value };

/** The schemas of `definitions`, in batches, each written where the converter looks for schemas: in a response. */
function* convertSchemas(definitions: JsonObject, tell: Tell): Steps<JsonObject> {
  const converted = new Map<string, Json>(Object.entries(definitions));
  const names = Object.keys(definitions).filter((name) => isObject(definitions[name]));
  for (let start = 0; start < names.length; start += batch) {
    for (const name of names.slice(start, start + batch)) {
      const schema = attempt(pointer("definitions", name), tell, () =>
        convertSchema(definitions[name] ?? {}),
      );
      if (schema === undefined) converted.delete(name);
      else converted.set(name, schema);
    }
    yield;
  }
  return fromEntries(converted);
}

const convertSchema = (schema: Json): Json | undefined =>
  member(
    contentOf(
      member(member(upgrade({}, {}, { responses: { 200: { schema } } }), "responses"), "200"),
    ),
    "schema",
  );

const contentOf = (response: Json | undefined): Json | undefined =>
  member(member(response, "content"), "application/json");

/** Shared parameters for documents that refer to this one. Those in a body have no such place in OpenAPI 3. */
const sharedParameters = (parameters: JsonObject, tell: Tell): JsonObject =>
  fromEntries(
    Object.entries(parameters).flatMap(([name, parameter]) => {
      const place = member(parameter, "in");
      if (typeof place !== "string" || place === "body" || place === "formData") return [];
      const converted = attempt(pointer("parameters", name), tell, () =>
        upgrade({}, {}, { parameters: [parameter] }),
      );
      const list = member(converted, "parameters");
      return Array.isArray(list)
        ? list.slice(0, 1).map((value: Json) => [name, value] as const)
        : [];
    }),
  );

/** Shared responses for documents that refer to this one, and for operations that refer to them by another way. */
const sharedResponses = (root: JsonObject, responses: Json | undefined, tell: Tell): JsonObject => {
  const shared = readResponses(root, responses, "/responses", tell);
  const converted = attempt("/responses", tell, () =>
    upgrade(root, {}, { responses: shared, ...keep("produces", member(root, "produces")) }),
  );
  const result = member(converted, "responses");
  return isObject(result) ? result : {};
};

const securitySchemes = (definitions: Json | undefined, tell: Tell): JsonObject => {
  const usable = Object.entries(isObject(definitions) ? definitions : {}).filter(
    ([name, scheme]) => {
      if (isObject(scheme)) return true;
      tell(
        "swagger_part_dropped",
        "This is not a security scheme.",
        pointer("securityDefinitions", name),
      );
      return false;
    },
  );
  const document = attempt("/securityDefinitions", tell, () =>
    upgradeDocument({ swagger: "2.0", paths: {}, securityDefinitions: fromEntries(usable) }),
  );
  const schemes = member(member(document, "components"), "securitySchemes");
  return isObject(schemes) ? schemes : {};
};

/** What a conversion gives; `undefined` and a warning where it fails. */
const attempt = <A>(place: string, tell: Tell, convert: () => A): A | undefined => {
  try {
    return convert();
  } catch (error) {
    const reason = error instanceof Error ? error.message.slice(0, 200) : "it fails";
    tell("swagger_not_converted", `This cannot be converted to OpenAPI 3.0: ${reason}.`, place);
    return undefined;
  }
};
