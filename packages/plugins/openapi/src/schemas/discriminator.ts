import type { Json, JsonObject } from "@executor/sdk";
import { fromEntries, isArray, isObject, member, text } from "@executor/plugin-kit";
import type { References } from "../document/references.ts";

export const componentName = /^[A-Za-z0-9._-]+$/;
const lastPart = /#(?:.*\/)?([^/]+)$/;

/**
 * The discriminator of a schema with a complete mapping: from every value to `#/$defs/Name`. Schemas of `oneOf` and `anyOf`
 * that the author's mapping does not list are named as their components (OpenAPI 3.1, "Discriminator Object"). `nameFor` gives
 * the definition of a reference's target, if it leads somewhere. `undefined` without a usable discriminator.
 */
export const readDiscriminator = (
  schema: JsonObject,
  references: Pick<References, "target">,
  nameFor: (target: string) => string | undefined,
): JsonObject | undefined => {
  const discriminator = member(schema, "discriminator");
  const propertyName = member(discriminator, "propertyName");
  if (typeof propertyName !== "string") return undefined;
  const mapping = new Map<string, string>();
  const add = (value: string, name: string | undefined): void => {
    if (name !== undefined) mapping.set(value, `#/$defs/${name}`);
  };
  const find = (holder: JsonObject, written?: string): string | undefined => {
    const target = references.target(holder, written);
    return target === undefined ? undefined : nameFor(target);
  };
  const written = member(discriminator, "mapping");
  for (const [value, target] of isObject(written) ? Object.entries(written) : []) {
    if (typeof target !== "string" || !isObject(discriminator)) continue;
    const isName = componentName.test(target);
    const named = isName ? find(discriminator, `#/components/schemas/${target}`) : undefined;
    add(value, named ?? find(discriminator, target));
  }
  const mapped = new Set(mapping.values());
  for (const branch of branches(schema)) {
    const [, value] = lastPart.exec(text(member(branch, "$ref")) ?? "") ?? [];
    const name = find(branch);
    if (value !== undefined && !mapped.has(`#/$defs/${name}`)) add(value, name);
  }
  return mapping.size > 0 ? { propertyName, mapping: fromEntries(mapping) } : { propertyName };
};

const branches = (schema: JsonObject): ReadonlyArray<JsonObject> =>
  ["oneOf", "anyOf"].flatMap((keyword) => {
    const list: Json | undefined = member(schema, keyword);
    return isArray(list) ? list.filter(isObject) : [];
  });
