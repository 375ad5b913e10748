import type { InvalidSourceDocument, LoadedSource, SourceSettings } from "@executor/sdk";
import { Either } from "effect";
import type { OpenApiDocument } from "./document.ts";
import { readOperations } from "./operations.ts";
import { makeReferences } from "./references.ts";
import { makeSchemas } from "./schemas.ts";
import { baseUrl, operationServer } from "./servers.ts";
import { toolDefinition } from "./tool-definition.ts";
import { toolPaths } from "./tool-paths.ts";

/** Every tool of a description, and the schemas that they share. */
export const readSource = (
  document: OpenApiDocument,
  settings: SourceSettings,
  documentUrl: string | undefined,
): Either.Either<LoadedSource, InvalidSourceDocument> =>
  Either.map(baseUrl(document, settings, documentUrl), (base) => {
    const references = makeReferences(document.root);
    const schemas = makeSchemas(document, references);
    const operations = readOperations(document, references);
    const paths = toolPaths(operations);
    const tools = operations.map((operation, index) =>
      toolDefinition(
        paths[index] ?? operation.path,
        operation,
        operationServer(operation, base, settings, documentUrl),
        references,
        schemas,
      ),
    );
    return { name: document.title, url: base, tools, definitions: schemas.definitions() };
  });
