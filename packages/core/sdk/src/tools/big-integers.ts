import { isBigInteger } from "../model/exact-integers.ts";
import { isJsonObject } from "../model/json.ts";
import type { Json, JsonObject } from "../model/json.ts";

const sentence = "Integers beyond 2^53 come as text; pass them on as they are.";

/** Nodes of a tool's schemas that are looked at; a schema that has more is taken to describe such an integer. */
const maxNodes = 20_000;

/** A tool's description, with a sentence about integers beyond 2^53 where its schemas describe any. */
export const withBigIntegers = (
  description: string,
  schemas: ReadonlyArray<JsonObject | null>,
): string =>
  schemas.some((schema) => schema !== null && mayHoldBigInteger(schema))
    ? `${description}\n\n${sentence}`
    : description;

/** Whether a schema has, at any depth, an integer that may lie beyond 2^53. */
const mayHoldBigInteger = (schema: JsonObject): boolean => {
  const open: Array<Json> = [schema];
  for (let node = open.pop(), nodes = 0; node !== undefined; node = open.pop(), nodes += 1) {
    if (nodes > maxNodes) return true;
    if (typeof node !== "object" || node === null) continue;
    if (isJsonObject(node) && isBigIntegerType(node)) return true;
    open.push(...Object.values<Json>(node));
  }
  return false;
};

const isBigIntegerType = ({ type, format, enum: values, ...schema }: JsonObject): boolean => {
  const types: ReadonlyArray<Json> = isList(type) ? type : [type ?? null];
  const isInteger = types.includes("integer") && !types.includes("string");
  if (!isInteger || (typeof format === "string" && /^u?int(8|16|32)$/.test(format))) return false;
  if (isList(values)) return values.some(isText);
  const limit = schema["maximum"] ?? schema["exclusiveMaximum"];
  return typeof limit !== "number" || limit > Number.MAX_SAFE_INTEGER;
};

const isList = (value: Json | undefined): value is ReadonlyArray<Json> => Array.isArray(value);

const isText = (value: Json): boolean => typeof value === "string" && isBigInteger(value);
