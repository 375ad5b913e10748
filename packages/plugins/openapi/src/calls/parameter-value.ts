import { plain } from "./styles.ts";
import type { Json, JsonObject } from "@executor/sdk";
import { isArray, isObject, member, readJson } from "@executor/plugin-kit";
import { Either } from "effect";
import type { ParameterBinding } from "./binding.ts";

/**
 * The value of a query parameter in a tool's input that is written as these texts; the inverse of what a request does for texts,
 * numbers, booleans and lists of them. `undefined` for values that the parameter's schema does not have.
 */
export const parameterValue = (
  { explode, json, key, style }: ParameterBinding,
  values: ReadonlyArray<string>,
  inputSchema: JsonObject,
): Json | undefined => {
  const [value] = values;
  if (value === undefined) return undefined;
  if (json) return values.length === 1 ? Either.getOrUndefined(readJson(value)) : undefined;
  const shape = shapeOf(member(member(inputSchema, "properties"), key), inputSchema);
  if (!shape.types.has("array")) {
    return values.length === 1 ? scalar(value, shape) : undefined;
  }
  if (style !== "form" || (!explode && values.length > 1)) return undefined;
  const items = shapeOf(shape.items, inputSchema);
  const list = (explode ? values : value.split(",")).map((item) => scalar(item, items));
  return list.every((item) => item !== undefined) ? list : undefined;
};

/** What a schema says about how its values are written. */
interface Shape {
  /** Names of JSON Schema's types; none where the schema does not say. */
  readonly types: ReadonlySet<string>;
  /** Values of `enum` and `const`. */
  readonly listed: ReadonlyArray<Json>;
  readonly items: Json | undefined;
}

const scalar = (written: string, { listed, types }: Shape): Json | undefined => {
  const known = listed.find((value) => plain(value) === written);
  if (known !== undefined) return known;
  if (types.size === 0 || types.has("string")) return written;
  if (types.has("boolean") && /^(true|false)$/.test(written)) return written === "true";
  if (/^-?\d+$/.test(written) && (types.has("integer") || types.has("number"))) {
    // Digits of a number that JavaScript does not have stay as they are.
    return Number.isSafeInteger(Number(written)) ? Number(written) : written;
  }
  const number = types.has("number") && written.trim() !== "" ? Number(written) : Number.NaN;
  return Number.isFinite(number) ? number : undefined;
};

/** Schemas that are looked at for one parameter: references may lead in circles. */
const maxSchemas = 100;

const shapeOf = (schema: Json | undefined, root: JsonObject): Shape => {
  const types = new Set<string>();
  const listed: Array<Json> = [];
  let items: Json | undefined;
  const queue = [schema];
  for (let index = 0; index < Math.min(queue.length, maxSchemas); index += 1) {
    const each = queue[index];
    if (!isObject(each)) continue;
    const type = member(each, "type");
    for (const name of isArray(type) ? type : [type]) if (typeof name === "string") types.add(name);
    const constant = member(each, "const");
    if (constant !== undefined) listed.push(constant);
    const values = member(each, "enum");
    if (isArray(values)) listed.push(...values);
    items ??= member(each, "items");
    const name = member(each, "$ref");
    if (typeof name === "string") queue.push(definition(name, root));
    for (const keyword of ["allOf", "anyOf", "oneOf"]) {
      const parts = member(each, keyword);
      if (isArray(parts)) queue.push(...parts);
    }
  }
  return { types, listed, items };
};

const definition = (reference: string, root: JsonObject): Json | undefined => {
  const [, name] = /^#\/\$defs\/([^/]+)$/.exec(reference) ?? [];
  if (name === undefined) return undefined;
  return member(member(root, "$defs"), name.replaceAll("~1", "/").replaceAll("~0", "~"));
};
