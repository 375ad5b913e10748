import type { Json, JsonObject } from "@executor/sdk";
import { shownUrl } from "@executor/sdk";
import { isArray, isObject, member, pointer, type Steps } from "@executor/plugin-kit";

/** A document of a description, or a schema in it that has a URL of its own (`$id`). */
export interface Part {
  /** What its references begin with: its URL without a fragment, or `""` for the description itself. */
  readonly id: string;
  readonly root: Json;
  /** URL that its references are relative to, if known. */
  readonly base: string | undefined;
  /** URL that it was read from, if known. Documents beside `base` are looked for beside this. */
  readonly location: string | undefined;
  /** What stands before pointers in places of warnings. */
  readonly place: string;
  readonly anchors: Map<string, Json>;
}

/** The place that a reference leads to. */
export interface Target {
  /** {@link Part.id} and the fragment. */
  readonly reference: string;
  /** URL of its document; `undefined` for a reference without a base. */
  readonly document: string | undefined;
}

/** The documents of one description. */
export interface Library {
  readonly entry: Part;
  /** Objects that hold more than is read. */
  readonly oversized: WeakSet<object>;
  readonly part: (id: string) => Part | undefined;
  /** Takes up a document that was read from a URL. */
  readonly add: (id: string, location: string, root: Json) => Steps<void>;
  /** Finds the `$id` and `$anchor` of schemas, which {@link add} does, in the description itself. */
  readonly index: () => Steps<void>;
  /** Where a reference leads that is written in `holder`. */
  readonly target: (holder: JsonObject, written: string) => Target;
  /** The value that a {@link Target.reference} leads to. */
  readonly locate: (reference: string) => Json | undefined;
  /** Place of a {@link Target.reference} as warnings show it. */
  readonly placeOf: (reference: string) => string;
}

/** Nodes of a document that are looked at in one step. */
const chunk = 500;

/**
 * Keeps the documents of a description apart. A reference is resolved against the document that it is written in; nothing is
 * copied or inlined. `location` is the URL that the description was read from.
 */
export const makeLibrary = (root: JsonObject, location: string | undefined): Library => {
  const self = member(root, "$self");
  const base = resolve(typeof self === "string" ? self : "", location)?.href;
  const entry: Part = { id: "", root, base, location, place: "", anchors: new Map() };
  const parts = new Map<string, Part>([["", entry]]);
  for (const url of [base, location]) if (url !== undefined) parts.set(withoutHash(url), entry);
  /** Objects with references, by what they are relative to. Those that are not here are the description's own. */
  const homes = new WeakMap<object, Part>();

  function* register(document: Part): Steps<void> {
    const open = [entriesOf({ value: document.root, part: document, trail: undefined })];
    for (let inner = open.at(-1), count = 1; inner !== undefined; inner = open.at(-1), count += 1) {
      if (count % chunk === 0) yield;
      const { done, value: child } = inner.next();
      if (done === true) open.pop();
      else open.push(entriesOf(child));
    }
  }

  /** The objects and lists in a value, one after another: a list may be long. */
  function* entriesOf(node: Node): Generator<Node, void> {
    const { trail: before, value } = node;
    const part = isObject(value) ? settle(value, node) : node.part;
    if (isArray(value)) {
      for (const [key, child] of value.entries()) {
        if (isHolder(child)) yield { value: child, part, trail: { before, key } };
      }
    } else if (isObject(value)) {
      for (const key of Object.keys(value)) {
        const child = value[key];
        if (isHolder(child)) yield { value: child, part, trail: { before, key } };
      }
    }
  }

  /** Takes down what an object says about references, and gives the part that the values in it belong to. */
  const settle = (value: JsonObject, { part, trail }: Node): Part => {
    const id = member(value, "$id");
    const url = typeof id === "string" ? resolve(id, part.base)?.href : undefined;
    let home = part;
    if (url !== undefined && value !== part.root) {
      const key = withoutHash(url);
      const place = part.place + pointer(...keysOf(trail));
      home = { ...part, id: key, root: value, base: url, place, anchors: new Map() };
      if (!parts.has(key)) parts.set(key, home);
    }
    for (const keyword of ["$anchor", "$dynamicAnchor"]) {
      const anchor = member(value, keyword);
      if (typeof anchor === "string" && !home.anchors.has(anchor)) home.anchors.set(anchor, value);
    }
    if (home !== entry && ("$ref" in value || "mapping" in value)) homes.set(value, home);
    return home;
  };

  const target = (holder: JsonObject, written: string): Target => {
    const home = homes.get(holder) ?? entry;
    const hash = written.indexOf("#");
    const fragment = hash === -1 ? "" : written.slice(hash + 1);
    if (hash === 0) return { reference: `${home.id}#${fragment}`, document: home.id };
    const url = resolve(written, home.base);
    if (url === undefined) return { reference: written, document: undefined };
    url.hash = "";
    const id =
      (parts.get(url.href) ?? parts.get(moved(url.href, home)))?.id ?? moved(url.href, home);
    return { reference: `${id}#${fragment}`, document: id };
  };

  const split = (reference: string): readonly [Part | undefined, string] => {
    const hash = reference.indexOf("#");
    return hash === -1
      ? [undefined, ""]
      : [parts.get(reference.slice(0, hash)), reference.slice(hash + 1)];
  };

  return {
    entry,
    oversized: new WeakSet(),
    part: (id) => parts.get(id),
    index: () => register(entry),
    *add(id, from, value) {
      const own = member(value, "$self") ?? member(value, "$id");
      const url = resolve(typeof own === "string" ? own : "", from)?.href;
      const place = `${shownUrl(id)}#`;
      const part = { id, root: value, base: url, location: from, place, anchors: new Map() };
      parts.set(id, part);
      for (const alias of [from, url]) {
        const key = alias === undefined ? id : withoutHash(alias);
        if (!parts.has(key)) parts.set(key, part);
      }
      yield* register(part);
    },
    target,
    locate: (reference) => {
      const [part, fragment] = split(reference);
      return part === undefined ? undefined : locateIn(part, fragment);
    },
    placeOf: (reference) => {
      const [part, fragment] = split(reference);
      return part === undefined ? shownUrl(reference) : part.place + fragment;
    },
  };
};

const isHolder = (value: Json | undefined): value is Json =>
  typeof value === "object" && value !== null;

interface Node {
  readonly value: Json;
  readonly part: Part;
  readonly trail: Trail | undefined;
}

/** Keys on the way to a value, the last one first. */
export interface Trail {
  readonly before: Trail | undefined;
  readonly key: string | number;
}

export const keysOf = (trail: Trail | undefined): ReadonlyArray<string | number> => {
  const keys: Array<string | number> = [];
  for (let step = trail; step !== undefined; step = step.before) keys.push(step.key);
  return keys.toReversed();
};

const locateIn = (part: Part, fragment: string): Json | undefined => {
  if (fragment === "") return part.root;
  if (!fragment.startsWith("/")) return part.anchors.get(decode(fragment));
  let current: Json | undefined = part.root;
  for (const token of fragment.slice(1).split("/")) {
    const key = decode(token).replaceAll("~1", "/").replaceAll("~0", "~");
    current = isArray(current) ? current[Number(key)] : member(current, key);
  }
  return current;
};

const resolve = (url: string, base: string | undefined): URL | undefined =>
  URL.parse(url, base) ?? undefined;

const withoutHash = (url: string): string => url.replace(/#.*$/s, "");

/** A description that calls itself by another URL than it was read from has its other documents beside it. */
const moved = (url: string, { base, location }: Part): string => {
  if (base === undefined || location === undefined || base === location) return url;
  const folder = new URL(".", base).href;
  return url.startsWith(folder) ? new URL(url.slice(folder.length), location).href : url;
};

const decode = (text: string): string => {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
