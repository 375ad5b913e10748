import type { Json, JsonObject } from "@executor/sdk";
import { isArray, isObject, member } from "@executor/plugin-kit";
import type { JsonKind, MemberBinding } from "../calls/binding.ts";
import { kindOfValue } from "../calls/offers.ts";
import { essence } from "../calls/content.ts";
import type { References } from "../document/references.ts";

export const jsonKinds: ReadonlyArray<JsonKind> = [
  "object",
  "array",
  "string",
  "number",
  "boolean",
  "null",
];

const maxRequired = 20;

/**
 * The kinds of JSON value that a body in a media type may be, as far as the type and its schema say: a JSON Patch is a list
 * (RFC 6902), whatever its schema says, and a merge patch is none unless its schema says so (RFC 7396).
 */
export const takenKinds = (
  mediaType: string,
  schema: Json | undefined,
  references: References,
): ReadonlyArray<JsonKind> => {
  const type = essence(mediaType);
  if (type === jsonPatch) return ["array"];
  const kinds = kindsOf(schema, references);
  const isOpen = kinds.length === jsonKinds.length;
  return isOpen && /merge-patch\+/.test(type) ? kinds.filter((kind) => kind !== "array") : kinds;
};

export const jsonPatch = "application/json-patch+json";

/** The kinds of JSON value that a schema takes; all where it does not say. */
const kindsOf = (
  schema: Json | undefined,
  references: References,
  known = new Map<JsonObject, ReadonlyArray<JsonKind>>(),
): ReadonlyArray<JsonKind> => {
  const target = references.follow(schema);
  if (target === undefined) return jsonKinds;
  const found = known.get(target);
  if (found !== undefined) return found;
  // A schema that is composed of itself finds this.
  known.set(target, jsonKinds);
  const parts = (keyword: string): ReadonlyArray<ReadonlyArray<JsonKind>> => {
    const list = member(target, keyword);
    return isArray(list) ? list.map((part) => kindsOf(part, references, known)) : [];
  };
  const restrictions = [ownKinds(target), ...parts("allOf")];
  for (const keyword of ["oneOf", "anyOf"]) {
    const alternatives = parts(keyword);
    if (alternatives.length > 0) restrictions.push(alternatives.flat());
  }
  const kinds = jsonKinds.filter((kind) => restrictions.every((taken) => taken.includes(kind)));
  known.set(target, kinds);
  return kinds;
};

const ownKinds = (schema: JsonObject): ReadonlyArray<JsonKind> => {
  const type = member(schema, "type");
  const values = member(schema, "enum");
  const constant = member(schema, "const");
  if (constant !== undefined) return [kindOfValue(constant)];
  if (isArray(values) && values.length > 0) return values.map(kindOfValue);
  const types = isArray(type) ? type : [type];
  const named = types.flatMap((name): ReadonlyArray<JsonKind> => {
    if (name === "integer") return ["number"];
    return jsonKinds.filter((kind) => kind === name);
  });
  if (named.length === 0) return jsonKinds;
  return member(schema, "nullable") === true ? [...named, "null"] : named;
};

/** Names that an object must have, in its schema and the parts of its `allOf`: the first 20. `readOnly` ones are no input. */
export const requiredNames = (
  schema: Json | undefined,
  references: References,
  seen = new Set<JsonObject>(),
): ReadonlyArray<string> => {
  const target = references.follow(schema);
  if (target === undefined || seen.has(target)) return [];
  seen.add(target);
  const required = member(target, "required");
  const all = member(target, "allOf");
  const properties = member(target, "properties");
  const own = (isArray(required) ? required : []).flatMap((name) =>
    typeof name === "string" && references.follow(member(properties, name))?.["readOnly"] !== true
      ? [name]
      : [],
  );
  const inherited = (isArray(all) ? all : []).flatMap((part) =>
    requiredNames(part, references, seen),
  );
  return [...new Set([...own, ...inherited])].slice(0, maxRequired);
};

/** Members that are looked at. */
const maxMembers = 10;

/** Texts of a member that are kept, and characters of each and of a name: a body may be offered in 20 types. */
const maxTexts = 10;
const maxText = 40;

/**
 * What members of an object have to be, by its schema and the parts of its `allOf`: of the first 10 that do not take every
 * value, the kinds of value, and the texts where there are at most 10 short ones.
 */
export const memberBindings = (
  schema: Json | undefined,
  references: References,
  seen = new Set<JsonObject>(),
  known = new Map<JsonObject, ReadonlyArray<JsonKind>>(),
): ReadonlyArray<MemberBinding> => {
  const target = references.follow(schema);
  if (target === undefined || seen.has(target)) return [];
  seen.add(target);
  const all = member(target, "allOf");
  const properties = member(target, "properties");
  const own = Object.entries(isObject(properties) ? properties : {})
    .filter(([name]) => name.length <= maxText)
    .map(([name, property]) => ({
      name,
      kinds: kindsOf(property, references, known),
      values: textsOf(references.follow(property)),
    }));
  const inherited = (isArray(all) ? all : []).flatMap((part) =>
    memberBindings(part, references, seen, known),
  );
  return [...own, ...inherited]
    .filter(({ kinds, values }) => kinds.length < jsonKinds.length || values !== null)
    .slice(0, maxMembers);
};

const textsOf = (schema: JsonObject | undefined): ReadonlyArray<string> | null => {
  const constant = member(schema, "const");
  const listed = constant === undefined ? member(schema, "enum") : [constant];
  if (!isArray(listed) || listed.length > maxTexts) return null;
  const texts = listed.filter((value) => typeof value === "string");
  return texts.some((text) => text.length > maxText) ? null : texts;
};
