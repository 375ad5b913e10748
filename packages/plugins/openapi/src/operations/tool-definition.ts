import { ToolAnnotations } from "@executor/sdk";
import type { Json, JsonObject, ToolDefinition } from "@executor/sdk";
import { fromEntries, isObject, member, shorten, text } from "@executor/plugin-kit";
import type { Binding } from "../calls/binding.ts";
import { isJson, jsonSchemaOf } from "../calls/media-types.ts";
import type { Operation } from "./operations.ts";
import { readParameters } from "./parameters.ts";
import type { Parameter } from "./parameters.ts";
import type { References } from "../document/references.ts";
import { readRequestBody } from "./request-body.ts";
import type { RequestBody } from "./request-body.ts";
import type { Schemas } from "../schemas/schemas.ts";

const maxDescription = 1_000;

/** One operation as a tool. */
export const toolDefinition = (
  path: string,
  operation: Operation,
  server: string | null,
  references: References,
  schemas: Schemas,
): ToolDefinition => {
  const parameters = readParameters(operation, references);
  const body = readRequestBody(operation, references, schemas);
  const content = successContent(operation.operation, references);
  const output = jsonSchemaOf(content);
  const binding: Binding = {
    method: operation.verb,
    path: operation.path,
    server,
    accept: acceptFor(content),
    parameters: parameters.map((parameter) => parameter.binding),
    body: body?.binding ?? null,
  };
  return {
    path,
    description: describe(operation),
    annotations: annotations[operation.verb],
    inputSchema: inputSchema(parameters, body, schemas),
    outputSchema: output === undefined ? null : schemas.read(output),
    binding,
  };
};

const read = new ToolAnnotations({ readOnly: true, destructive: false, requiresApproval: false });
const write = new ToolAnnotations({ readOnly: false, destructive: false, requiresApproval: true });
const overwrite = new ToolAnnotations({
  readOnly: false,
  destructive: true,
  requiresApproval: true,
});

/** By what HTTP says of its methods (RFC 9110, section 9.2): a PUT replaces, a POST or PATCH may do anything. */
const annotations = {
  GET: read,
  HEAD: read,
  OPTIONS: read,
  POST: write,
  PATCH: write,
  PUT: overwrite,
  DELETE: overwrite,
};

/** Summary, description, and the request's line, which is never what is cut off. */
const describe = ({ operation, path, verb }: Operation): string => {
  const summary = text(member(operation, "summary"));
  const description = text(member(operation, "description"));
  const deprecated = member(operation, "deprecated") === true ? "Deprecated." : undefined;
  const parts =
    summary === description ? [deprecated, summary] : [deprecated, summary, description];
  const line = shorten(`${verb} ${path}`, 300);
  const prose = parts.filter((part) => part !== undefined).join("\n\n");
  return prose === "" ? line : `${shorten(prose, maxDescription - line.length - 2)}\n\n${line}`;
};

/** One flat object: each parameter under its key, and the body under `body`. Anything else is a mistake and refused. */
const inputSchema = (
  parameters: ReadonlyArray<Parameter>,
  body: RequestBody | undefined,
  schemas: Schemas,
): JsonObject => {
  const properties: Array<readonly [string, Json]> = parameters.map((parameter) => [
    parameter.binding.key,
    parameterSchema(parameter, schemas),
  ]);
  const required = parameters
    .filter((parameter) => parameter.required)
    .map(({ binding }) => binding.key);
  if (body !== undefined) properties.push(["body", body.schema]);
  if (body?.required === true) required.push("body");
  return {
    type: "object",
    properties: fromEntries(properties),
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
  };
};

const parameterSchema = (parameter: Parameter, schemas: Schemas): JsonObject => ({
  ...schemas.read(parameter.schema),
  ...(parameter.description === undefined ? {} : { description: parameter.description }),
  ...(parameter.deprecated ? { deprecated: true } : {}),
});

/** The `content` of the first 2xx reply that has any, by status. */
const successContent = (operation: JsonObject, references: References): JsonObject | undefined => {
  const responses = member(operation, "responses");
  if (!isObject(responses)) return undefined;
  for (const status of Object.keys(responses)
    .filter((key) => /^2(\d\d|XX)$/i.test(key))
    .toSorted()) {
    const content = member(references.follow(responses[status]), "content");
    if (isObject(content) && Object.keys(content).length > 0) return content;
  }
  return undefined;
};

/** What the operation offers, JSON first; `null` where that is `application/json`, as usual. */
const acceptFor = (content: JsonObject | undefined): string | null => {
  const offered = Object.keys(content ?? {}).filter((type) => /^[\w.+-]+\/[\w.+-]+$/.test(type));
  if (offered.length === 0 || offered.includes("application/json")) return null;
  const [first] = offered.toSorted((a, b) => Number(isJson(b)) - Number(isJson(a)));
  return first === undefined ? null : `${first}, */*;q=0.5`;
};
