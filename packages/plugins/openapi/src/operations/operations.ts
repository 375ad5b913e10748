import { redacted } from "@executor/sdk";
import type { Json, JsonObject } from "@executor/sdk";
import { isArray, isObject, joinWords, member, pointer, shorten, text } from "@executor/plugin-kit";
import type { Steps, Warnings } from "@executor/plugin-kit";
import { isMethod, type Method } from "../calls/methods.ts";
import type { OpenApiDocument } from "../document/outline.ts";
import type { Start } from "../document/reach.ts";
import type { References } from "../document/references.ts";
import { pathsOf, readPathItem, type PathItem } from "./path-items.ts";
import type { NamedOperation } from "./tool-paths.ts";

export interface Operation extends NamedOperation {
  /** The method as it is sent. */
  readonly verb: Method;
  readonly operation: JsonObject;
  readonly pathItem: PathItem;
  /** JSON pointer to the operation. */
  readonly place: string;
}

/** The members of a path item that are operations. */
const methods: ReadonlyMap<string, Method> = new Map([
  ["get", "GET"],
  ["put", "PUT"],
  ["post", "POST"],
  ["delete", "DELETE"],
  ["options", "OPTIONS"],
  ["head", "HEAD"],
  ["patch", "PATCH"],
  ["query", "QUERY"],
]);

const otherMembers: ReadonlySet<string> = new Set([
  "additionalOperations",
  "description",
  "parameters",
  "servers",
  "summary",
]);

/**
 * Every operation under `paths`, in the order of the methods, but those of the methods that cannot be sent. What is none is told,
 * and left out like those whose name held a credential.
 */
export function* readOperations(
  document: OpenApiDocument,
  references: References,
  unsent: ReadonlySet<string>,
): Steps<ReadonlyArray<Operation>> {
  const operations: Array<Operation> = [];
  for (const [path, item] of pathsOf(document)) {
    yield;
    const pathItem = readPathItem(path, item, references);
    if (pathItem === undefined) continue;
    const found = candidates(pathItem, references.warnings, unsent);
    if (path.includes("#") && found.length > 0) {
      references.warnings.warn(
        "path_fragment_not_sent",
        "What follows the `#` of the path is not sent, so that other operations may get the same requests.",
        pointer("paths", path),
      );
    }
    for (const { method, operation, place, verb } of found) {
      const tags = member(operation, "tags");
      const operationId = text(member(operation, "operationId"));
      if (`${path} ${operationId}`.includes(redacted)) {
        references.warnings.warn(
          "operation_with_credential",
          "The operation's name holds a credential of the source, so it is no tool.",
          place,
        );
        continue;
      }
      const tag = isArray(tags) ? text(tags[0]) : undefined;
      operations.push({ method, verb, path, operation, pathItem, place, operationId, tag });
    }
  }
  return operations;
}

interface Candidate {
  readonly method: string;
  readonly verb: Method;
  readonly operation: JsonObject;
  readonly place: string;
}

const candidates = (
  pathItem: PathItem,
  warnings: Warnings,
  unsent: ReadonlySet<string>,
): ReadonlyArray<Candidate> => {
  const found: Array<Candidate> = [];
  const take = (method: string, verb: Method, operation: Json, place: string): void => {
    if (isObject(operation)) found.push({ method, verb, operation, place });
    else warnings.warn("operation_not_an_object", "This is no object, so it is no tool.", place);
  };
  for (const [method, verb] of methods) {
    const operation = member(pathItem.value, method);
    if (operation !== undefined) {
      take(method, verb, operation, pathItem.placeOf(method) + pointer(method));
    }
  }
  for (const key of Object.keys(pathItem.value)) {
    if (methods.has(key) || otherMembers.has(key) || key.startsWith("x-")) continue;
    const isTrace = key === "trace";
    warnings.warn(
      isTrace ? "method_not_sent" : "member_unknown",
      isTrace
        ? "TRACE is not sent, so the operation is no tool."
        : `A path item has no member \`${shorten(key, 100)}\`, so it is not used.`,
      pathItem.placeOf(key) + pointer(key),
    );
  }
  const additional = member(pathItem.value, "additionalOperations");
  for (const [method, operation] of Object.entries(isObject(additional) ? additional : {})) {
    const place =
      pathItem.placeOf("additionalOperations") + pointer("additionalOperations", method);
    if (!isMethod(method) || unsent.has(method)) {
      const shown = JSON.stringify(shorten(method, 100));
      const from = isMethod(method) ? " from where Executor runs" : "";
      const why = `Requests with the method ${shown} are not sent${from}, so the operation is no tool.`;
      warnings.warn("method_not_sent", why, place);
    } else if (found.some(({ verb }) => verb === method)) {
      const why = `The path item has a member for ${method}, so this operation is no tool.`;
      warnings.warn("operation_repeated", why, place);
    } else {
      take(joinWords(method.toLowerCase().split("-")), method, operation, place);
    }
  }
  return found;
};

/** Tools whose operations share an operationId, and the first tag, have names that end with the method or the path. */
export const tellRepeatedIds = (
  operations: ReadonlyArray<Operation>,
  chosen: ReadonlyArray<Operation>,
  warnings: Warnings,
): void => {
  const key = ({ operationId, tag }: Operation) => JSON.stringify([operationId, tag]);
  const named = ({ operationId }: Operation) => operationId !== undefined;
  const same = Map.groupBy(operations.filter(named), key);
  for (const operation of chosen.filter(named)) {
    const count = same.get(key(operation))?.length ?? 0;
    if (count < 2) continue;
    const id = shorten(operation.operationId ?? "", 100);
    warnings.warn(
      "operation_id_repeated",
      `${count} operations have the operationId \`${id}\`, so the tool's name ends with what tells them apart.`,
      operation.place,
    );
  }
};

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
