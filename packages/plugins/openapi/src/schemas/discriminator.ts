import type { Json, JsonObject } from "@executor/sdk";
import { fromEntries, isArray, isObject, member } from "@executor/plugin-kit";

const componentName = /^[A-Za-z0-9._-]+$/;
const component = /^#\/components\/schemas\/([^/]+)$/;

/**
 * The discriminator of a schema with a complete mapping: from every value to `#/$defs/Name`. Schemas of `oneOf` and `anyOf`
 * that the author's mapping does not list are named as their components (OpenAPI 3.1, "Discriminator Object"). `nameFor` gives
 * the definition of a reference, if it leads somewhere. `undefined` without a usable discriminator.
 */
export const readDiscriminator = (
  schema: JsonObject,
  nameFor: (reference: string) => string | undefined,
): JsonObject | undefined => {
  const discriminator = member(schema, "discriminator");
  const propertyName = member(discriminator, "propertyName");
  if (typeof propertyName !== "string") return undefined;
  const mapping = new Map<string, string>();
  const add = (value: string, name: string | undefined): void => {
    if (name !== undefined) mapping.set(value, `#/$defs/${name}`);
  };
  const written = member(discriminator, "mapping");
  for (const [value, target] of isObject(written) ? Object.entries(written) : []) {
    if (typeof target !== "string") continue;
    const name = componentName.test(target) ? nameFor(`#/components/schemas/${target}`) : undefined;
    add(value, name ?? nameFor(target));
  }
  const mapped = new Set(mapping.values());
  for (const reference of branches(schema)) {
    const [, value] = component.exec(reference) ?? [];
    const name = value === undefined ? undefined : nameFor(reference);
    if (value !== undefined && !mapped.has(`#/$defs/${name}`)) add(value, name);
  }
  return mapping.size > 0 ? { propertyName, mapping: fromEntries(mapping) } : { propertyName };
};

const branches = (schema: JsonObject): ReadonlyArray<string> =>
  ["oneOf", "anyOf"].flatMap((keyword) => {
    const list = member(schema, keyword);
    return isArray(list) ? list.map(referenceOf).filter((reference) => reference !== "") : [];
  });

const referenceOf = (schema: Json): string => {
  const reference = member(schema, "$ref");
  return typeof reference === "string" ? reference : "";
};
