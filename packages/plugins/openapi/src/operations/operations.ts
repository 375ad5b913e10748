import { redacted } from "@executor/sdk";
import type { JsonObject } from "@executor/sdk";
import { isArray, isObject, member, pointer, text } from "@executor/plugin-kit";
import type { Binding } from "../calls/binding.ts";
import type { OpenApiDocument } from "../document/outline.ts";
import type { Start } from "../document/reach.ts";
import type { References } from "../document/references.ts";
import { pathsOf, readPathItem, type PathItem } from "./path-items.ts";
import type { NamedOperation } from "./tool-paths.ts";

export interface Operation extends NamedOperation {
  /** The method as it is sent. */
  readonly verb: Binding["method"];
  readonly operation: JsonObject;
  readonly pathItem: PathItem;
  /** JSON pointer to the operation. */
  readonly place: string;
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

/** Every operation under `paths`. Other values (`null`, a broken reference) and those whose name held a credential are skipped. */
export const readOperations = (
  document: OpenApiDocument,
  references: References,
): ReadonlyArray<Operation> =>
  pathsOf(document).flatMap(([path, item]) => {
    const pathItem = readPathItem(path, item, references);
    if (pathItem === undefined) return [];
    return methods.flatMap(([method, verb]) => {
      const operation = member(pathItem.value, method);
      if (!isObject(operation)) return [];
      const tags = member(operation, "tags");
      const operationId = text(member(operation, "operationId"));
      if (`${path} ${operationId}`.includes(redacted)) return [];
      const tag = isArray(tags) ? text(tags[0]) : undefined;
      const place = pathItem.placeOf(method) + pointer(method);
      return [{ method, verb, path, operation, pathItem, place, operationId, tag }];
    });
  });

/** The parts of operations in which references are followed. */
export const operationParts = (operations: ReadonlyArray<Operation>): ReadonlyArray<Start> => {
  const pathItems = new Map(operations.map(({ path, pathItem }) => [path, pathItem]));
  return [
    ...[...pathItems.values()].map(({ placeOf, value }): Start => ({
      value,
      kind: "pathItem",
      place: placeOf("parameters"),
    })),
    ...operations.map(({ operation, place }): Start => ({
      value: operation,
      kind: "operation",
      place,
    })),
  ];
};
