import type { Json, JsonObject } from "@executor/sdk";
import {
  isArray,
  isObject,
  member,
  pointer,
  type Steps,
  type Warnings,
} from "@executor/plugin-kit";
import { keysOf, type Library, type Trail } from "./library.ts";
import { maxHops } from "./references.ts";
import { consequences, shapes, type Kind, type Member } from "./shapes.ts";

/** A value whose references are followed, with its place. */
export interface Start {
  readonly value: Json | undefined;
  readonly kind: Kind;
  readonly place: string;
}

interface Node extends Start {
  /** The way to the value from `place`. */
  readonly trail: Trail | undefined;
  /** Schemas around a schema. */
  readonly depth: number;
  /** Whether everything below is remembered as visited. */
  readonly remembered: boolean;
}

export interface Reach {
  /** Follows the references from these values on as far as documents are there, and checks them. */
  readonly from: (starts: ReadonlyArray<Start>) => Steps<void>;
  /** Goes on where documents were missing, which are there now or given up. */
  readonly resume: () => Steps<void>;
  /** URLs of the documents that are missing. */
  readonly missing: () => ReadonlyArray<string>;
}

/** Levels of nesting of a schema, more than any valid one has. What is deeper is left open. */
const maxDepth = 100;

/** Values that are looked at in one step. */
const chunk = 200;

/** A component at its usual place. No two of them lie within one another. */
const component = /^[^#]*#\/components\/\w+\/[\w.-]+$/;

/**
 * Walks over everything that tools are made of, and tells of every reference that leads nowhere or to something of another kind.
 * `unread` gives the reason why a document is not read, once that is known.
 */
export const makeReach = (
  library: Library,
  warnings: Warnings,
  unread: (document: string) => string | undefined,
): Reach => {
  const waiting = new Map<string, Array<Node>>();
  const components = new Set<string>();
  /** What lies within targets that may lie within one another, by kind. */
  const visited = new Map<Kind, Set<object>>();

  const lose = ({ kind, place, trail }: Node, code: string, why: string): void =>
    warnings.warn(code, `${why}, so ${consequences[kind]}.`, place + pointer(...keysOf(trail)));

  function* walk(starts: ReadonlyArray<Node>): Steps<void> {
    const open: Array<Iterator<Node>> = [starts.values()];
    for (let inner = open.at(-1), count = 1; inner !== undefined; inner = open.at(-1), count += 1) {
      if (count % chunk === 0) yield;
      const next = inner.next();
      if (next.done === true) open.pop();
      else open.push(visit(next.value));
    }
  }

  /** The values to visit next, one after another: a list may be long. */
  function* visit(node: Node): Generator<Node, void> {
    const { kind, value } = node;
    if (!isObject(value)) {
      if (kind !== "schema") lose(node, "not_an_object", "This is not an object");
      return;
    }
    if (visited.get(kind)?.has(value) === true) return;
    if (node.remembered) remember(kind, value);
    if (node.depth > maxDepth) {
      lose(node, "schema_too_deep", `Schemas are read to ${maxDepth} levels`);
      return;
    }
    const written = member(value, "$ref");
    const isReference = typeof written === "string";
    const target = isReference ? follow(node, value, written) : undefined;
    if (target !== undefined) yield target;
    const hasSiblings = kind === "schema" || kind === "pathItem";
    if (!isReference || hasSiblings) yield* childrenOf(node, value);
  }

  const remember = (kind: Kind, value: object): void => {
    const known = visited.get(kind);
    if (known === undefined) visited.set(kind, new Set([value]));
    else known.add(value);
  };

  /** The target of a reference, unless it was visited or cannot be followed. */
  const follow = (node: Node, holder: JsonObject, written: string): Node | undefined => {
    const { kind } = node;
    const { document, reference } = library.target(holder, written);
    if (document === undefined) {
      const why = "the URL of the description is not known";
      lose(node, "document_not_read", `\`${written}\` is not read: ${why}`);
      return undefined;
    }
    if (library.part(document) === undefined) {
      const why = unread(document);
      if (why === undefined) waiting.set(document, [...(waiting.get(document) ?? []), node]);
      else lose(node, "document_not_read", `\`${written}\` is not read: ${why}`);
      return undefined;
    }
    const found = library.locate(reference);
    if (found === undefined) {
      lose(node, "reference_not_found", `\`${written}\` leads to nothing`);
    } else if (!isObject(found) && !(kind === "schema" && typeof found === "boolean")) {
      lose(node, "reference_of_other_kind", `\`${written}\` does not lead to an object`);
    } else if (isEndless(found)) {
      lose(node, "reference_cycle", `\`${written}\` leads back to itself`);
    } else if (!components.has(`${kind} ${reference}`)) {
      const remembered = !component.test(reference);
      if (!remembered) components.add(`${kind} ${reference}`);
      const place = library.placeOf(reference);
      return { value: found, kind, place, trail: undefined, depth: 0, remembered };
    }
    return undefined;
  };

  const isEndless = (value: Json): boolean => {
    let current: Json | undefined = value;
    for (let hop = 0; hop < maxHops; hop += 1) {
      const written: Json | undefined = member(current, "$ref");
      if (!isObject(current) || typeof written !== "string") return false;
      current = library.locate(library.target(current, written).reference);
    }
    return true;
  };

  return {
    from: (starts) =>
      walk(starts.map((start) => ({ ...start, trail: undefined, depth: 0, remembered: false }))),
    resume: () => {
      const nodes = [...waiting.values()].flat();
      for (const { kind, value } of nodes) if (isObject(value)) visited.get(kind)?.delete(value);
      waiting.clear();
      return walk(nodes);
    },
    missing: () => [...waiting.keys()],
  };
};

function* childrenOf(node: Node, value: JsonObject): Generator<Node, void> {
  const shape = shapes[node.kind];
  for (const [key, child] of Object.entries(value)) {
    const held = Object.hasOwn(shape, key) ? shape[key] : undefined;
    if (held !== undefined) yield* valuesOf(node, key, child, held);
  }
}

function* valuesOf(
  node: Node,
  key: string,
  value: Json,
  { form, kind }: Member,
): Generator<Node, void> {
  const depth = node.kind === "schema" && kind === "schema" ? node.depth + 1 : 0;
  const trail = { before: node.trail, key };
  if (form === "one" && !isArray(value)) {
    yield { ...node, value, kind, trail, depth };
  } else if (form !== "map" && isArray(value)) {
    for (const [index, child] of value.entries()) {
      yield { ...node, value: child, kind, trail: { before: trail, key: index }, depth };
    }
  } else if (form === "map" && isObject(value)) {
    for (const [name, child] of Object.entries(value)) {
      if (kind !== "schema" && name.startsWith("x-")) continue;
      yield { ...node, value: child, kind, trail: { before: trail, key: name }, depth };
    }
  }
}
