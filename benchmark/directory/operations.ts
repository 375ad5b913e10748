/** An independent, naive count of the operations of a description: the key of each method under each path. */
import type { Json, JsonObject } from "@executor/sdk";

const methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isList = (value: Json | undefined): value is ReadonlyArray<Json> => Array.isArray(value);

/** The value that a reference within the document leads to, or the value itself. */
export const target = (root: Json, value: Json | undefined): Json | undefined => {
  let current = value;
  for (let hop = 0; hop < 20 && isObject(current); hop += 1) {
    const reference = current["$ref"];
    if (typeof reference !== "string" || !reference.startsWith("#/")) return current;
    let found: Json | undefined = root;
    for (const token of reference.slice(2).split("/")) {
      const key = decodeURIComponent(token).replaceAll("~1", "/").replaceAll("~0", "~");
      found = isList(found) ? found[Number(key)] : isObject(found) ? found[key] : undefined;
    }
    current = found;
  }
  return current;
};

export interface CountedOperation {
  readonly path: string;
  readonly method: string;
  readonly operation: JsonObject;
}

export const operationsOf = (root: Json): ReadonlyArray<CountedOperation> => {
  const paths = isObject(root) ? root["paths"] : undefined;
  if (!isObject(paths)) return [];
  return Object.entries(paths).flatMap(([path, item]) => {
    const pathItem = target(root, item);
    if (!isObject(pathItem) || path.startsWith("x-")) return [];
    return methods.flatMap((method) => {
      const operation = pathItem[method];
      return isObject(operation) ? [{ path, method, operation }] : [];
    });
  });
};
