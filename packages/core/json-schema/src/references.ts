import type { Budget } from "./budget.ts";
import { isArray, isObject, member } from "./json.ts";
import type { Json, JsonObject } from "./json.ts";

/** Keywords whose value is data, and keywords whose members are schemas under names of the author's choice. */
const dataKeywords = new Set(["const", "default", "enum", "examples"]);
const mapKeywords = new Set([
  "$defs",
  "definitions",
  "dependencies",
  "dependentSchemas",
  "patternProperties",
  "properties",
]);

/** The base URI of a schema without `$id` (JSON Schema 2020-12, Core, section 9.1.1). */
const defaultBase = "schema:/root";

/** A longer URI is not resolved, so that the work for each is bounded. */
const maxUri = 2_000;

/** Finds the targets of `$ref` inside one schema: JSON pointers, `$anchor`s, and `$id`s with both. Other files do not exist. */
export class References {
  readonly #root: JsonObject;
  /** Base URIs of the schemas below an `$id`; those of the others are the default. */
  readonly #bases = new Map<JsonObject, string>();
  /** Schemas by their URI; those with an anchor by the URI, `#` and the anchor. */
  readonly #named = new Map<string, JsonObject>();
  readonly #dynamicAnchors = new Map<string, number>();
  #indexed = false;

  constructor(root: JsonObject) {
    this.#root = root;
  }

  /** The target, or `undefined` where there is none. */
  find(from: JsonObject, reference: string, budget: Budget): Json | undefined {
    this.#index(budget);
    const uri = resolve(reference, this.#bases.get(from) ?? defaultBase, budget);
    if (uri === undefined) return undefined;
    const hash = uri.indexOf("#");
    const fragment = decode(hash < 0 ? "" : uri.slice(hash + 1));
    const resource = this.#named.get(hash < 0 ? uri : uri.slice(0, hash));
    if (fragment === "" || fragment === undefined) return fragment === "" ? resource : undefined;
    if (!fragment.startsWith("/")) return this.#named.get(uri);
    let target: Json | undefined = resource;
    for (const segment of fragment.slice(1).split("/")) {
      budget.take(1);
      const key = segment.replaceAll("~1", "/").replaceAll("~0", "~");
      if (isArray(target)) target = /^\d+$/.test(key) ? target[Number(key)] : undefined;
      else target = isObject(target) ? member(target, key) : undefined;
    }
    return target;
  }

  /**
   * The target of `$dynamicRef` or `$recursiveRef`, where it does not depend on the way that led there: no other schema has
   * the same dynamic anchor.
   */
  findDynamic(from: JsonObject, reference: string, budget: Budget): Json | undefined {
    const target = this.find(from, reference, budget);
    const anchor = isObject(target) ? dynamicAnchor(target) : undefined;
    return (this.#dynamicAnchors.get(anchor ?? "") ?? 0) > 1 ? undefined : target;
  }

  #index(budget: Budget): void {
    if (this.#indexed) return;
    const seen = new Set<Json>();
    const open: Array<{ readonly node: Json; readonly base: string; readonly isMap: boolean }> = [
      { node: this.#root, base: defaultBase, isMap: false },
    ];
    this.#named.set(defaultBase, this.#root);
    this.#dynamicAnchors.clear();
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { node, isMap } = next;
      if (typeof node !== "object" || node === null || seen.has(node)) continue;
      seen.add(node);
      if (seen.size % 4 === 0) budget.take(1);
      const base = isObject(node) && !isMap ? this.#name(node, next.base, budget) : next.base;
      for (const [key, child] of Object.entries<Json>(node)) {
        if (typeof child === "object" && (isMap || isArray(node) || !dataKeywords.has(key))) {
          open.push({ node: child, base, isMap: !isMap && isObject(node) && mapKeywords.has(key) });
        }
      }
    }
    this.#indexed = true;
  }

  /** Registers a schema under its `$id` and anchors, and returns the base URI of what is inside it. */
  #name(node: JsonObject, outer: string, budget: Budget): string {
    const id = member(node, "$id");
    const resolved = typeof id === "string" ? resolve(id, outer, budget) : undefined;
    const base = resolved?.replace(/#$/, "") ?? outer;
    if (base !== defaultBase) this.#bases.set(node, base);
    const names = resolved === undefined ? [] : [base];
    for (const keyword of ["$anchor", "$dynamicAnchor"]) {
      const anchor = member(node, keyword);
      if (typeof anchor === "string") names.push(`${base}#${anchor.slice(0, maxUri)}`);
    }
    for (const name of names) if (!this.#named.has(name)) this.#named.set(name, node);
    const anchor = dynamicAnchor(node);
    if (anchor !== undefined) {
      this.#dynamicAnchors.set(anchor, (this.#dynamicAnchors.get(anchor) ?? 0) + 1);
    }
    return base;
  }
}

const dynamicAnchor = (node: JsonObject): string | undefined => {
  const anchor = member(node, "$dynamicAnchor");
  if (typeof anchor === "string") return anchor;
  return member(node, "$recursiveAnchor") === true ? "" : undefined;
};

const resolve = (reference: string, base: string, budget: Budget): string | undefined => {
  if (reference.startsWith("#")) return base + reference;
  const length = reference.length + base.length;
  if (length > maxUri) return undefined;
  budget.take(5);
  budget.takeText(length);
  return URL.parse(reference, base)?.href;
};

const decode = (fragment: string): string | undefined => {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return undefined;
  }
};
