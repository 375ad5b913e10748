import { Effect } from "effect";
import { isJsonObject } from "../model/json.ts";
import type { Json, JsonObject } from "../model/json.ts";

const definitionReference = /^#\/\$defs\/([^/]+)/;

/** Reads definitions by their names; those that do not exist are missing in the result. */
export type DefinitionLookup = (
  names: ReadonlyArray<string>,
) => Effect.Effect<ReadonlyArray<{ readonly name: string; readonly schema: JsonObject }>>;

/** A lookup that reads each definition once, so that two schemas have the same object for it. */
export const sharedLookup = (lookup: DefinitionLookup): DefinitionLookup => {
  const known = new Map<string, JsonObject>();
  return (names) => {
    const unknown = names.filter((name) => !known.has(name));
    const read = unknown.length === 0 ? Effect.succeed([]) : lookup(unknown);
    return Effect.map(read, (found) => {
      for (const { name, schema } of found) known.set(name, schema);
      return names.flatMap((name) => {
        const schema = known.get(name);
        return schema === undefined ? [] : [{ name, schema }];
      });
    });
  };
};

/**
 * Completes a schema: puts every definition that it refers to, directly or through another, under `$defs`, beside
 * those that it has itself. `lookup` reads definitions by their names; a reference to one that it does not find accepts anything.
 */
export const bundleSchema = (
  schema: JsonObject,
  lookup: DefinitionLookup,
): Effect.Effect<JsonObject> =>
  Effect.gen(function* () {
    const own = schema["$defs"];
    const definitions = new Map<string, Json>(isJsonObject(own) ? Object.entries(own) : []);
    let missing = [...referencedNames(schema)].filter((name) => !definitions.has(name));
    while (missing.length > 0) {
      for (const name of missing) definitions.set(name, true);
      const found = yield* lookup(missing);
      for (const definition of found) definitions.set(definition.name, definition.schema);
      const named = new Set(found.flatMap((each) => [...referencedNames(each.schema)]));
      missing = [...named].filter((name) => !definitions.has(name));
    }
    if (definitions.size === 0) return schema;
    const sorted = [...definitions].toSorted(([a], [b]) => (a < b ? -1 : 1));
    return { ...schema, $defs: Object.fromEntries(sorted) };
  });

/** Names of the definitions that a schema refers to itself. */
export const referencedNames = (schema: JsonObject): ReadonlySet<string> => {
  const names = new Set<string>();
  const open: Array<Json> = [schema];
  while (open.length > 0) {
    const at = open.pop();
    if (typeof at !== "object" || at === null) continue;
    for (const [key, value] of Object.entries<Json>(at)) {
      const mapped = key === "discriminator" ? mappedReferences(value) : [];
      for (const reference of key === "$ref" ? [value] : mapped) {
        const name =
          typeof reference === "string" ? definitionReference.exec(reference)?.[1] : undefined;
        if (name !== undefined) names.add(decodePointerSegment(name));
      }
      open.push(value);
    }
  }
  return names;
};

/** The schemas that the values of a discriminator mean (OpenAPI). */
const mappedReferences = (discriminator: Json): ReadonlyArray<Json> => {
  const mapping = isJsonObject(discriminator) ? discriminator["mapping"] : undefined;
  return isJsonObject(mapping) ? Object.values(mapping) : [];
};

/** RFC 6901, "JSON Pointer", in its URI fragment form. A segment that is encoded wrongly is the name of no definition. */
const decodePointerSegment = (segment: string): string => {
  try {
    return decodeURIComponent(segment).replaceAll("~1", "/").replaceAll("~0", "~");
  } catch {
    return segment;
  }
};
