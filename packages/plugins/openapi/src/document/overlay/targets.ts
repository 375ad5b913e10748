import type { Json } from "@executor/sdk";
import { childrenOf, isArray, isObject, readJson, type Steps } from "@executor/plugin-kit";
import { Either } from "effect";
import { exec, type JsonValue } from "jsonpath-rfc9535";
import parse from "jsonpath-rfc9535/parser";

const maxLength = 1_000;

/** The sum of the depths of all values that a target with `..` may look at: its paths are written out one by one. */
const maxDescent = 50_000_000;

/** A JSONPath query (RFC 9535) whose cost is bounded by the description's size. */
export interface Target {
  readonly expression: string;
  /** Whether it looks at values of any depth. */
  readonly descends: boolean;
}

/** Keys from the root to a value: names of members, and indices of items. */
export type Keys = ReadonlyArray<string | number>;

/**
 * Checks a query. Refused, because their cost is not bounded by the description's size: `match()` and `search()`, whose regular
 * expressions may try everything; a second `..`; and in filters `..`, and `$` with anything but names and indices.
 */
export const readTarget = (expression: string): Either.Either<Target, string> =>
  Either.gen(function* () {
    if (expression.length > maxLength) {
      return yield* Either.left(`it is longer than ${maxLength} characters`);
    }
    const query = yield* Either.mapLeft(
      Either.flatMap(
        Either.try(() => JSON.stringify(parse(expression))),
        readJson,
      ),
      () => "it is not JSONPath as RFC 9535 describes it",
    );
    const nodes = [...nodesOf(query, false)];
    const descents = nodes.filter(({ type }) => type === "DescendantSegment");
    if (descents.length > 1) return yield* Either.left("it has `..` more than once");
    if (descents.some(({ inFilter }) => inFilter)) {
      return yield* Either.left("it has `..` in a filter");
    }
    if (nodes.some(({ inFilter, type }) => type === "JsonPathQuery" && inFilter)) {
      return yield* Either.left("it has `$` with more than names and indices in a filter");
    }
    for (const { name, parameters } of nodes) {
      if (name === undefined) continue;
      if (!["count", "length", "value"].includes(name) || parameters !== 1) {
        return yield* Either.left(
          `it calls \`${name}()\` with ${parameters} arguments, where only \`count\`, \`length\` and \`value\` with one are known`,
        );
      }
    }
    return { expression, descends: descents.length > 0 };
  });

interface QueryNode {
  readonly type: Json | undefined;
  readonly inFilter: boolean;
  /** The name of a function that is called. */
  readonly name: string | undefined;
  readonly parameters: number;
}

function* nodesOf(node: Json, inFilter: boolean): Generator<QueryNode> {
  if (isArray(node)) for (const item of node) yield* nodesOf(item, inFilter);
  if (!isObject(node)) return;
  const { arguments: given, name, type } = node;
  const isCall = type === "FunctionExpr" && typeof name === "string";
  yield {
    type,
    inFilter,
    name: isCall ? name : undefined,
    parameters: isArray(given) ? given.length : 0,
  };
  for (const child of Object.values(node)) {
    yield* nodesOf(child, inFilter || type === "FilterSelector");
  }
}

/**
 * The keys of the values that a target selects, each once. The query itself is one step: a `..` over GitHub's description takes
 * about 100 milliseconds. `null` for more than `most` values, and where `..` would look at too many.
 */
export function* select(
  root: Json,
  { descends, expression }: Target,
  most: number,
): Steps<ReadonlyArray<Keys> | null> {
  if (descends && !(yield* isDescentBounded(root))) return null;
  yield;
  const found = new Map<string, Keys>();
  if (!isValue(root)) return null;
  try {
    exec(root, expression, (_, path) => {
      if (found.size >= most) throw tooMany;
      const keys = path.map((key) => (typeof key === "number" ? key : unescapeKey(key)));
      found.set(JSON.stringify(keys), keys);
    });
  } catch (error) {
    if (error === tooMany) return null;
    throw error;
  }
  yield;
  return [...found.values()];
}

const tooMany = new Error("too many values");

/** The library's type of values is not read-only, although it changes none. */
export const isValue = (value: unknown): value is JsonValue => value !== undefined;

/** Undoes the escapes of normalized paths (RFC 9535, section 2.7), in which the library gives members' names. */
const unescapeKey = (key: string): string =>
  key.replace(/\\(u[0-9a-f]{4}|.)/g, (_, code: string) =>
    code.length === 5
      ? String.fromCharCode(Number.parseInt(code.slice(1), 16))
      : (escapes.get(code) ?? code),
  );

const escapes = new Map([
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

/** Whether the depths of all values sum up to little enough. */
function* isDescentBounded(root: Json): Steps<boolean> {
  const open: Array<{ readonly value: Json; readonly depth: number }> = [{ value: root, depth: 1 }];
  let sum = 0;
  for (let seen = 0; ; seen += 1) {
    const next = open.pop();
    if (next === undefined) return true;
    sum += next.depth;
    if (sum > maxDescent) return false;
    if (seen % 1_000 === 0) yield;
    for (const value of childrenOf(next.value)) open.push({ value, depth: next.depth + 1 });
  }
}
