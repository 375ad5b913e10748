import type {
  InvalidSourceDocument,
  LoadedSource,
  ResolvedSettings,
  ToolDefinition,
} from "@executor/sdk";
import type { Steps } from "@executor/plugin-kit";
import { Either } from "effect";
import type { OpenApiDocument } from "../document/outline.ts";
import { readOperations } from "./operations.ts";
import { makeReferences } from "../document/references.ts";
import { makeSchemas } from "../schemas/schemas.ts";
import { baseUrl, operationServer } from "../document/servers.ts";
import { toolDefinition } from "./tool-definition.ts";
import { toolPaths } from "./tool-paths.ts";

/** Every tool of a description, and the schemas that they share. */
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
