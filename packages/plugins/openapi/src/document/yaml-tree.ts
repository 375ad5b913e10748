import type { Json } from "@executor/sdk";
import type { Steps } from "@executor/plugin-kit";
import { Either } from "effect";

const maxLevels = 500;
const maxNodes = 5_000_000;

/** Values that are looked at in one step. */
const chunk = 500;

/** How large a value is when its aliases are written out. */
interface Size {
  readonly nodes: number;
  /** Levels of nesting. */
  readonly levels: number;
}

/** An object or a list that the reading is inside of, with the size of what was read of it. */
interface Holder {
  readonly value: object;
  readonly children: ReadonlyArray<unknown>;
  next: number;
  nodes: number;
  levels: number;
}

/**
 * What YAML was read as, as JSON, which is a tree of limited size. YAML's aliases can make cycles, and can expand a small text
 * without bound, in breadth and in depth: a repeated value is measured once and counted each time. The left side is a message.
 */
export function* readTree(root: unknown): Steps<Either.Either<Json, string>> {
  const sizes = new Map<object, Size>();
  const whole = holder([root]);
  const open = [whole];
  for (let inner = open.at(-1), count = 1; inner !== undefined; inner = open.at(-1), count += 1) {
    if (count % chunk === 0) yield;
    if (inner.next === inner.children.length) {
      open.pop();
      sizes.set(inner.value, inner);
      const outer = open.at(-1);
      if (outer !== undefined) add(outer, inner);
      continue;
    }
    const child = inner.children[inner.next];
    inner.next += 1;
    if (typeof child === "number" && !Number.isFinite(child)) return Either.left(noJsonNumber);
    if (typeof child !== "object" || child === null) {
      add(inner, single);
      continue;
    }
    const known = sizes.get(child);
    if (known !== undefined) {
      add(inner, known);
      continue;
    }
    // A cycle finds this value: an object inside itself has no end.
    sizes.set(child, endless);
    open.push(holder(child));
  }
  return isJson(root) && whole.nodes <= maxNodes && whole.levels <= maxLevels
    ? Either.right(root)
    : Either.left(noTree);
}

const single: Size = { nodes: 1, levels: 0 };
const endless: Size = { nodes: Number.POSITIVE_INFINITY, levels: 0 };

/** `Object.values` of a long list takes minutes. */
const holder = (value: object): Holder => {
  const children: ReadonlyArray<unknown> = Array.isArray(value) ? value : Object.values(value);
  return { value, children, next: 0, nodes: 1, levels: 0 };
};

const add = (outer: Holder, { levels, nodes }: Size): void => {
  outer.nodes += nodes;
  outer.levels = Math.max(outer.levels, levels + 1);
};

/** The reader of YAML gives what JSON has, other than numbers that JSON has not and aliases. */
const isJson = (value: unknown): value is Json => value !== undefined;

const noJsonNumber =
  "The description's YAML has a number that JSON has not: `.inf`, `.nan`, or one that is too large. Write it as text, or leave it out.";
const noTree =
  "The description's YAML refers to itself through aliases, or is nested too deeply. Write it without such aliases.";
