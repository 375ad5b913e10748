/** Random schemas, and random inputs of any schema's fields. */
import type { Json, JsonObject } from "@executor/sdk";
import {
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
} from "graphql";
import type { GraphQLArgument, GraphQLInputField, GraphQLInputType } from "graphql";

/** Numbers from 0 to 1. */
export type Random = () => number;

/** The same numbers for the same seed (mulberry32). */
export const randomOf = (seed: number): Random => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

const oneOf = <A>(random: Random, choices: ReadonlyArray<A>): A => {
  const chosen = choices[Math.floor(random() * choices.length)];
  if (chosen === undefined) throw new Error("There is nothing to choose from.");
  return chosen;
};

const times = <A>(count: number, make: (at: number) => A): ReadonlyArray<A> =>
  Array.from({ length: count }, (_, at) => make(at));

/** An input of a field: all required arguments, and each other one with the probability `optional`. */
export const sampleInput = (
  given: ReadonlyArray<GraphQLArgument>,
  random: Random,
  optional = 0.6,
): JsonObject => members(given, random, optional, 0);

const members = (
  of: ReadonlyArray<GraphQLArgument | GraphQLInputField>,
  random: Random,
  optional: number,
  depth: number,
): JsonObject =>
  Object.fromEntries(
    of
      .filter((one) => isRequiredArgument(one) || isRequiredInputField(one) || random() < optional)
      .map((one) => [one.name, sampleValue(one.type, random, optional, depth)]),
  );

const maxDepth = 3;

const sampleValue = (
  type: GraphQLInputType,
  random: Random,
  optional: number,
  depth: number,
): Json => {
  if (isNonNullType(type)) return samplePresent(type.ofType, random, optional, depth);
  const isNull = depth > maxDepth || random() < 0.2;
  return isNull ? null : samplePresent(type, random, optional, depth);
};

const samplePresent = (
  type: GraphQLInputType,
  random: Random,
  optional: number,
  depth: number,
): Json => {
  if (isNonNullType(type)) return samplePresent(type.ofType, random, optional, depth);
  if (isListType(type)) {
    const length = depth > maxDepth ? 0 : Math.floor(random() * 3);
    return times(length, () => sampleValue(type.ofType, random, optional, depth + 1));
  }
  if (isEnumType(type)) return oneOf(random, type.getValues()).name;
  if (!isInputObjectType(type)) return oneOf(random, scalarValues[type.name] ?? anything);
  const fields = Object.values(type.getFields());
  if (!type.isOneOf) {
    return members(fields, random, depth > maxDepth ? 0 : optional, depth + 1);
  }
  const shallow = fields.filter((field) => !isInputObjectType(field.type));
  const field = oneOf(random, depth > maxDepth && shallow.length > 0 ? shallow : fields);
  return { [field.name]: samplePresent(field.type, random, optional, depth + 1) };
};

const scalarValues: Readonly<Record<string, ReadonlyArray<Json>>> = {
  Int: [0, -1, 2_147_483_647, -2_147_483_648],
  Float: [0, 1, -2.5, 1e300],
  String: ["", "a", '"}) { x', "null", "ü\u2028"],
  Boolean: [true, false],
  ID: ["", "a", 7],
};

const anything: ReadonlyArray<Json> = ["text", 1, 2.5, true, [], [null, 1], {}, { a: { b: null } }];

/** The schema definition language of a random schema that is valid, with every kind of type, default and wrapper. */
export const sampleSchema = (random: Random): string => {
  const chance = (probability: number): boolean => random() < probability;
  const leaves = ["Int", "Float", "String", "Boolean", "ID", "E0", "E1", "S0"];
  const wrapped = (named: string, mayBeNonNull: boolean): string => {
    const list = chance(0.3) ? `[${named}${chance(0.5) ? "!" : ""}]` : named;
    return mayBeNonNull && chance(0.4) ? `${list}!` : list;
  };
  /** A literal of a type as it is written. */
  const literal = (type: string): string => {
    if (!type.endsWith("!") && chance(0.2)) return "null";
    const bare = type.replace(/!$/, "");
    if (bare.startsWith("[")) return chance(0.5) ? "[]" : `[${literal(bare.slice(1, -1))}]`;
    return literals[bare] ?? "{}";
  };
  /** An input value. Required ones are of types made before, so that values are finite. */
  const input = (name: string, made: number): string => {
    const isObject = made > 0 && chance(0.4);
    const named = isObject ? `I${Math.floor(random() * made)}` : oneOf(random, leaves);
    const type = wrapped(named, true);
    return !isObject && chance(0.4) ? `${name}: ${type} = ${literal(type)}` : `${name}: ${type}`;
  };
  const inputs = times(4, (at) => {
    if (chance(0.3)) {
      return `input I${at} @oneOf { a: Int b: ${wrapped("String", false)} c: [I${at}!] d: S0 e: E1 }`;
    }
    const fields = times(4, (field) => input(`f${field}`, at)).join(" ");
    return `input I${at} { ${fields} again: ${wrapped(`I${at}`, false)} }`;
  });
  const field = (name: string): string => {
    const given = times(Math.floor(random() * 4), (at) => input(`a${at}`, 4));
    const type = oneOf(random, [...leaves, "T0", "T1", "T2", "U", "N"]);
    const deprecated = chance(0.1) ? ' @deprecated(reason: "r")' : "";
    return `${name}${given.length === 0 ? "" : `(${given.join(" ")})`}: ${wrapped(type, true)}${deprecated}`;
  };
  const fields = (count: number): string => times(count, (at) => field(`f${at}`)).join(" ");
  return [
    "scalar S0 enum E0 { A } enum E1 { A B C } interface N { id: ID! } union U = T0 | T2",
    ...inputs,
    ...times(3, (at) => `type T${at} implements N { id: ID! ${fields(4)} }`),
    `type Query { ${fields(5)} } type Mutation { ${fields(2)} }`,
  ].join("\n");
};

const literals: Readonly<Record<string, string>> = {
  Int: "5",
  Float: "1.5",
  String: '"s"',
  Boolean: "true",
  ID: '"i"',
  E0: "A",
  E1: "B",
  S0: '"any"',
};
