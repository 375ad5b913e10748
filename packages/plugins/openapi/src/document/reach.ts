import type { Json, JsonObject } from "@executor/sdk";
import {
  isArray,
  isObject,
  member,
  pointer,
  shorten,
  type Steps,
  type Warnings,
} from "@executor/plugin-kit";
import { keysOf, type Library, type Trail } from "./library.ts";
import { maxHops } from "./references.ts";
import { componentName } from "../schemas/discriminator.ts";
import { ignoredKeywords } from "../schemas/ignored-keywords.ts";
import { dialectOf } from "./outline.ts";
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
  readonly tally: Tally;
}

/** Count of the values in an operation or in the target of a reference, without those that it refers to. */
interface Tally {
  readonly whole: Start;
  values: number;
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

/** Values in one operation or one target, more than any that is known has. They are converted without a turn for others. */
const maxValues = 20_000;

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

  const is30 = dialectOf(library.entry.root) === "3.0";

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
    if (!isCounted(node)) return;
    if (!isObject(value)) {
      if (kind !== "schema") lose(node, "not_an_object", "This is not an object");
      else if (typeof value !== "boolean") lose(node, "not_an_object", "This is not a schema");
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
    const hasSiblings = kind === "pathItem" || (kind === "schema" && !is30);
    if (isReference && !hasSiblings) {
      tellMembersBeside(node, value);
      return;
    }
    if (kind === "schema") {
      tellIgnored(node, value);
      yield* mappingOf(node, value);
    }
    yield* childrenOf(node, value, (form, key) => {
      const what = form === "map" ? "an object" : "a list";
      const code = form === "map" ? "not_an_object" : "not_a_list";
      warn(node, code, `This is not ${what}, so it is not used.`, key);
    });
  }

  const isCounted = ({ tally }: Node): boolean => {
    tally.values += 1;
    const { kind, place, value } = tally.whole;
    if (tally.values === maxValues && isObject(value)) {
      const what = `This has more than ${maxValues} values that would be read`;
      warnings.warn("part_too_large", `${what}, so ${consequences[kind]}.`, place);
      library.oversized.add(value);
    }
    return tally.values < maxValues;
  };

  const warn = ({ place, trail }: Node, code: string, message: string, key: string): void =>
    warnings.warn(code, message, place + pointer(...keysOf(trail), key));

  const tellIgnored = (node: Node, schema: JsonObject): void => {
    for (const { isKnown, keyword } of ignoredKeywords(schema)) {
      const why = isKnown ? "its value is not what belongs there" : "schemas are read without it";
      warn(node, "schema_keyword_ignored", `\`${keyword}\` is not used: ${why}.`, keyword);
    }
  };

  /** Members beside `$ref` are not used, but for what only describes and, beside that of a schema, `nullable`. */
  const tellMembersBeside = (node: Node, holder: JsonObject): void => {
    if (node.kind === "link" || node.kind === "mapping") return;
    for (const key of Object.keys(holder)) {
      const isUsed = node.kind === "schema" && key === "nullable";
      if (
        isUsed ||
        /^(\$ref|description|examples?|externalDocs|summary|title|x-.*|xml)$/s.test(key)
      )
        continue;
      const why = `\`${shorten(key, 100)}\` beside \`$ref\` is not used, as OpenAPI says.`;
      warn(node, "reference_members_ignored", why, key);
    }
  };

  /** The schemas that a discriminator's values stand for. */
  function* mappingOf(node: Node, schema: JsonObject): Generator<Node, void> {
    const discriminator = member(schema, "discriminator");
    const mapping = member(discriminator, "mapping");
    if (!isObject(discriminator) || !isObject(mapping)) return;
    for (const [key, written] of Object.entries(mapping)) {
      const trail = ["discriminator", "mapping", key].reduce<Trail | undefined>(
        (before, each) => ({ before, key: each }),
        node.trail,
      );
      const at = { ...node, kind: "mapping", trail } as const;
      if (typeof written !== "string") {
        lose(at, "reference_of_other_kind", "This is not the name of a schema or a reference");
        continue;
      }
      const named = library.target(discriminator, `#/components/schemas/${written}`).reference;
      const isFile = /\.(ya?ml|json)$/i.test(written) && library.locate(named) === undefined;
      const isName = componentName.test(written) && !isFile;
      const $ref = isName ? named : library.target(discriminator, written).reference;
      yield { ...at, value: { $ref } };
    }
  }

  const remember = (kind: Kind, value: object): void => {
    const known = visited.get(kind);
    if (known === undefined) visited.set(kind, new Set([value]));
    else known.add(value);
  };

  /** The target of a reference, unless it was visited or cannot be followed. */
  const follow = (node: Node, holder: JsonObject, written: string): Node | undefined => {
    const kind = node.kind === "mapping" ? "schema" : node.kind;
    const { document, reference } = library.target(holder, written);
    const shown = node.kind === "mapping" ? library.placeOf(reference) : written;
    if (document === undefined) {
      const why = "the URL of the description is not known";
      lose(node, "document_not_read", `\`${shown}\` is not read: ${why}`);
      return undefined;
    }
    if (library.part(document) === undefined) {
      const why = unread(document);
      if (why === undefined) waiting.set(document, [...(waiting.get(document) ?? []), node]);
      else lose(node, "document_not_read", `\`${shown}\` is not read: ${why}`);
      return undefined;
    }
    const found = library.locate(reference);
    if (found === undefined) {
      lose(node, "reference_not_found", `\`${shown}\` leads to nothing`);
    } else if (!isObject(found) && !(kind === "schema" && typeof found === "boolean")) {
      lose(node, "reference_of_other_kind", `\`${shown}\` does not lead to an object`);
    } else if (isEndless(found)) {
      lose(node, "reference_cycle", `\`${shown}\` leads back to itself`);
    } else if (!components.has(`${kind} ${reference}`)) {
      const remembered = !component.test(reference);
      if (!remembered) components.add(`${kind} ${reference}`);
      const place = library.placeOf(reference);
      return startAt({ value: found, kind, place }, remembered);
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
    from: (starts) => walk(starts.map((start) => startAt(start, false))),
    resume: () => {
      const nodes = [...waiting.values()].flat();
      for (const { kind, value } of nodes) if (isObject(value)) visited.get(kind)?.delete(value);
      waiting.clear();
      return walk(nodes);
    },
    missing: () => [...waiting.keys()],
  };
};

const startAt = (whole: Start, remembered: boolean): Node => ({
  ...whole,
  trail: undefined,
  depth: 0,
  remembered,
  tally: { whole, values: 0 },
});

function* childrenOf(node: Node, value: JsonObject, tell: TellForm): Generator<Node, void> {
  const shape = shapes[node.kind];
  for (const [key, child] of Object.entries(value)) {
    const held = Object.hasOwn(shape, key) ? shape[key] : undefined;
    if (held === undefined) continue;
    const isWrong =
      held.form === "map" ? !isObject(child) : held.form === "list" && !isArray(child);
    // A schema's keywords are told of by themselves, and `null` is what YAML makes of nothing.
    if (isWrong && child !== null && node.kind !== "schema") tell(held.form, key);
    yield* valuesOf(node, key, child, held);
  }
}

/** Tells of a member that is not a list, or an object of values by name. */
type TellForm = (form: Member["form"], key: string) => void;

function* valuesOf(
  node: Node,
  key: string,
  value: Json,
  { form, kind }: Member,
): Generator<Node, void> {
  const depth = node.kind === "schema" && kind === "schema" ? node.depth + 1 : 0;
  const trail = { before: node.trail, key };
  // A schema's keywords are told of by themselves.
  if (node.kind === "schema" && form === "one" && !isObject(value) && !isArray(value)) return;
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
