import type {
  InvalidSourceDocument,
  JsonObject,
  LoadedSource,
  ResolvedSettings,
  ToolDefinition,
} from "@executor/sdk";
import { isArray, isObject, member, text } from "@executor/plugin-kit";
import type { Steps } from "@executor/plugin-kit";
import { Either } from "effect";
import type { Binding } from "../calls/binding.ts";
import type { OpenApiDocument } from "../document/outline.ts";
import { makeReferences } from "../document/references.ts";
import type { References } from "../document/references.ts";
import { baseUrl, operationServer } from "../document/servers.ts";
import { makeSchemas } from "../schemas/schemas.ts";
import { toolDefinition } from "./tool-definition.ts";
import { toolPaths } from "./tool-paths.ts";
import type { NamedOperation } from "./tool-paths.ts";

export interface Operation extends NamedOperation {
  /** The method as it is sent. */
  readonly verb: Binding["method"];
  readonly operation: JsonObject;
  readonly pathItem: JsonObject;
}

/** Every tool of a description, and the schemas that the tools share. */
export function* readSource(
  document: OpenApiDocument,
  settings: ResolvedSettings,
  documentUrl: string | undefined,
): Steps<Either.Either<LoadedSource, InvalidSourceDocument>> {
  const base = baseUrl(document, settings, documentUrl);
  if (Either.isLeft(base)) return Either.left(base.left);
  const url = base.right;
  const references = makeReferences(document.root);
  const schemas = makeSchemas(document, references);
  const operations = readOperations(document, references);
  const paths = toolPaths(operations);
  const tools: Array<ToolDefinition> = [];
  for (const [index, operation] of operations.entries()) {
    const path = paths[index] ?? operation.path;
    const server = operationServer(operation, url, settings, documentUrl);
    tools.push(toolDefinition(path, operation, server, references, schemas));
    yield;
  }
  const definitions = yield* schemas.definitions();
  return Either.right({ name: document.title, url, tools, definitions });
}

/** TRACE is left out: `fetch` forbids it. */
const methods = [
  ["get", "GET"],
  ["put", "PUT"],
  ["post", "POST"],
  ["delete", "DELETE"],
  ["options", "OPTIONS"],
  ["head", "HEAD"],
  ["patch", "PATCH"],
] as const;

/** Every operation under `paths`. Values that are no operation (`null`, a broken reference) are skipped. */
const readOperations = (
  document: OpenApiDocument,
  references: References,
): ReadonlyArray<Operation> =>
  Object.entries(document.paths).flatMap(([path, item]) => {
    const pathItem = references.follow(item);
    if (pathItem === undefined || path.startsWith("x-")) return [];
    return methods.flatMap(([method, verb]) => {
      const operation = member(pathItem, method);
      if (!isObject(operation)) return [];
      const tags = member(operation, "tags");
      const operationId = text(member(operation, "operationId"));
      const tag = isArray(tags) ? text(tags[0]) : undefined;
      return [{ method, verb, path, operation, pathItem, operationId, tag }];
    });
  });
