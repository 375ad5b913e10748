import type { Json, JsonObject, ToolAnnotations, ToolDefinition } from "@executor/sdk";
import {
  closedObject,
  describeTool,
  destructiveTool,
  member,
  text,
  writingTool,
} from "@executor/plugin-kit";
import type { Binding } from "../calls/binding.ts";
import { annotationsByMethod } from "../calls/methods.ts";
import { isJson } from "../calls/content.ts";
import type { References } from "../document/references.ts";
import type { Schemas } from "../schemas/schemas.ts";
import type { Operation } from "./operations.ts";
import { jsonSchemaOf } from "./media-types.ts";
import { isRead, sentHeaders } from "../calls/request.ts";
import { choosesMethod, isOverride } from "../calls/method-override.ts";
import { readParameters } from "./parameters.ts";
import type { Parameter } from "./parameters.ts";
import { responseHeaders, successContent } from "./responses.ts";
import { readRequestBody } from "./request-body.ts";
import type { RequestBody } from "./request-body.ts";

/** What the operations of a source are read with. */
export interface Surroundings {
  readonly references: References;
  readonly schemas: Schemas;
  /** URL that calls are sent to. */
  readonly base: string;
  /** The source's own headers. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether a GET or HEAD can be sent with a body. */
  readonly sendsReadBodies: boolean;
}

/** One operation as a tool. `server`: where its calls go if not to the source's URL. */
export const toolDefinition = (
  path: string,
  operation: Operation,
  server: string | null,
  { base, headers, references, schemas, sendsReadBodies }: Surroundings,
): ToolDefinition => {
  const configured = configuredParameters(server, base, headers);
  const parameters = readParameters(operation, references, configured);
  const keys = new Set(parameters.map(({ binding }) => binding.key));
  const body = readRequestBody(operation, references, schemas, keys);
  if (body !== undefined && isRead(operation.verb) && !sendsReadBodies) {
    references.warnings.warn(
      "read_body_unsendable",
      `A ${operation.verb} with a body cannot be sent from here, so the tool can only be called without it.`,
      `${operation.place}/requestBody`,
    );
  }
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
    annotations: annotationsOf(operation, parameters, references),
    inputSchema: inputSchema(parameters, body, schemas),
    outputSchema: outputSchema(output, responseHeaders(operation, references), schemas),
    binding,
  };
};

/**
 * The parameters that the source's settings give, by place and name (`header x-api-key`, `query key`): its headers, the cookies
 * among them, and the query of its URL, as far as they are sent to the operation's server.
 */
const configuredParameters = (
  server: string | null,
  base: string,
  headers: Readonly<Record<string, string>>,
): ReadonlySet<string> => {
  const sent = sentHeaders(server, base, headers);
  const cookies = (sent["cookie"] ?? "").split(";").map((pair) => pair.split("=", 1)[0]?.trim());
  const query = server === null ? [...(URL.parse(base)?.searchParams.keys() ?? [])] : [];
  return new Set([
    ...Object.keys(sent).map((name) => `header ${name}`),
    ...cookies.map((name) => `cookie ${name}`),
    ...query.map((name) => `query ${name}`),
  ]);
};

/**
 * Annotations by method. A parameter by which the caller can choose another method makes any operation one that may delete, and a
 * body makes a read one that may write, except for QUERY, which is made for bodies: a description is a stranger's claim.
 */
const annotationsOf = (
  { operation, verb }: Operation,
  parameters: ReadonlyArray<Parameter>,
  references: References,
): ToolAnnotations => {
  const overrides = parameters.some(
    ({ binding, schema }) =>
      binding.in !== "path" &&
      (isOverride(binding.name) || choosesMethod(binding.name, references.follow(schema))),
  );
  if (overrides) return destructiveTool;
  const byMethod = annotationsByMethod(verb);
  const takesBody = verb !== "QUERY" && member(operation, "requestBody") !== undefined;
  return byMethod.readOnly && takesBody ? writingTool : byMethod;
};

const describe = ({ operation, path, verb }: Operation): string => {
  const summary = text(member(operation, "summary"));
  const description = text(member(operation, "description"));
  const deprecated = member(operation, "deprecated") === true ? "Deprecated." : undefined;
  const prose = [deprecated, summary, description === summary ? undefined : description];
  return describeTool(prose.filter((part) => part !== undefined).join("\n\n"), `${verb} ${path}`);
};

/** One flat object: each parameter under its key, the body under `body`. Other properties are refused as mistakes. */
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
  if (body?.choice !== undefined) properties.push(body.choice);
  if (body?.required === true) required.push("body");
  return closedObject(properties, required);
};

/** Schema of the result's data. Headers that the description tells of stand in it as a note that checks nothing. */
const outputSchema = (
  output: Json | undefined,
  headers: JsonObject | undefined,
  schemas: Schemas,
): JsonObject | null => {
  if (output === undefined && headers === undefined) return null;
  return {
    ...(output === undefined ? {} : schemas.read(output)),
    ...(headers === undefined ? {} : { "x-response-headers": headers }),
  };
};

const parameterSchema = (parameter: Parameter, schemas: Schemas): JsonObject => ({
  ...(parameter.allowEmpty
    ? { anyOf: [schemas.read(parameter.schema), { const: "" }] }
    : schemas.read(parameter.schema)),
  ...(parameter.description === undefined ? {} : { description: parameter.description }),
  ...(parameter.deprecated ? { deprecated: true } : {}),
});

/** The `accept` header for the offered types, JSON first; `null` if they include `application/json`, the default. */
const acceptFor = (content: JsonObject | undefined): string | null => {
  const offered = Object.keys(content ?? {}).filter((type) => /^[\w.+-]+\/[\w.+-]+$/.test(type));
  if (offered.length === 0 || offered.includes("application/json")) return null;
  const [first] = offered.toSorted((a, b) => Number(isJson(b)) - Number(isJson(a)));
  return first === undefined ? null : `${first}, */*;q=0.5`;
};
