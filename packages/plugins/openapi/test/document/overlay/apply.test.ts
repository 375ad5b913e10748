import { describe, expect, it } from "@effect/vitest";
import type { Json, JsonObject } from "@executor/sdk";
import { isArray, isObject, makeWarnings, runSteps } from "@executor/plugin-kit";
import { Effect, Either } from "effect";
import * as fc from "fast-check";
import { paths as libraryPaths } from "jsonpath-rfc9535";
import { readOverlay } from "../../../src/document/overlay/actions.ts";
import { applyOverlay } from "../../../src/document/overlay/apply.ts";
import { isValue, readTarget, select } from "../../../src/document/overlay/targets.ts";

const apply = (root: JsonObject, actions: ReadonlyArray<JsonObject>) =>
  Effect.gen(function* () {
    const overlay = yield* readOverlay({ overlay: "1.0.0", actions });
    const warnings = makeWarnings();
    const result = yield* yield* runSteps(applyOverlay(root, overlay, undefined, warnings));
    return { result, codes: warnings.all().map(({ code }) => code) };
  });

/** What an action does to a plain copy, by recursion over the whole value and without sharing. */
const naive = (
  value: Json,
  place: string,
  chosen: ReadonlySet<string>,
  update: Json | undefined,
): Json => {
  const at = (key: string | number) => `${place}/${key}`;
  const isKept = (key: string | number) => update !== undefined || !chosen.has(at(key));
  let result = value;
  if (isArray(value)) {
    result = value.flatMap((item, index) =>
      isKept(index) ? [naive(item, at(index), chosen, update)] : [],
    );
  } else if (isObject(value)) {
    result = Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => isKept(key))
        .map(([key, item]) => [key, naive(item, at(key), chosen, update)]),
    );
  }
  return update !== undefined && chosen.has(place) ? merged(result, update, true) : result;
};

const merged = (target: Json, update: Json, isTarget: boolean): Json => {
  if (isArray(target)) {
    if (isArray(update)) return [...target, ...update];
    return isTarget ? [...target, update] : target;
  }
  if (isObject(target)) {
    if (!isObject(update)) return target;
    const old = Object.entries(target).map(([key, item]): [string, Json] => [
      key,
      Object.hasOwn(update, key) ? merged(item, update[key] ?? null, false) : item,
    ]);
    const added = Object.entries(update).filter(([key]) => !Object.hasOwn(target, key));
    return Object.fromEntries([...old, ...added]);
  }
  return typeof update === "object" && update !== null ? target : update;
};

const keys = fc.constantFrom(
  "a",
  "b",
  "~",
  "/",
  "'",
  "\\",
  "\n",
  "é",
  "__proto__",
  "constructor",
  "0",
);
const { value: values } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: "medium" },
    fc.constantFrom<Json>(null, true, 1, "x"),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(keys, tie("value"), { maxKeys: 4, noNullPrototype: true }),
  ),
}));
const roots = fc.dictionary(keys, values, { minKeys: 1, maxKeys: 5, noNullPrototype: true });

const frozen = (value: Json): Json => {
  if (typeof value !== "object" || value === null) return value;
  for (const item of Object.values<Json>(value)) frozen(item);
  return Object.freeze(value);
};

const queries = fc.constantFrom(
  "$.*",
  "$..*",
  "$..a",
  "$..[0]",
  "$..[0, 'a', 0]",
  "$..[?@.a]",
  "$.*[?@ == 1]",
  "$.a[1:]",
  "$['__proto__']",
  "$..['\\'']",
  "$..['\\\\', '\\n', '/', '~']",
);

describe("an overlay's action", () => {
  it.effect("does what a plain recursion does, and leaves the given description as it is", () =>
    Effect.promise(() =>
      fc.assert(
        fc.asyncProperty(
          roots,
          queries,
          fc.option(values, { nil: undefined }),
          async (root, target, update) => {
            // A recursion that merges what was merged into is not what an action does: `$..*` is for removals.
            fc.pre(update === undefined || !target.startsWith("$.."));
            const before = JSON.stringify(root);
            const query = Either.getOrThrow(readTarget(target));
            const places = await Effect.runPromise(runSteps(select(root, query, 10_000)));
            const chosen = new Set((places ?? []).map((place) => ["", ...place].join("/")));
            const action = update === undefined ? { target, remove: true } : { target, update };
            const { result } = await Effect.runPromise(apply({ ...root }, [action]));
            const ambiguous =
              Object.keys(root).some((key) => key.includes("/")) || before.includes('"/"');
            fc.pre(!ambiguous);
            expect(JSON.stringify(result)).toBe(JSON.stringify(naive(root, "", chosen, update)));
            frozen(root);
            await Effect.runPromise(apply(root, [action]));
            expect(JSON.stringify(root)).toBe(before);
          },
        ),
        { numRuns: 150 },
      ),
    ),
  );

  it.effect("finds the places that the library names", () =>
    Effect.promise(() =>
      fc.assert(
        fc.asyncProperty(roots, queries, async (root, target) => {
          const query = Either.getOrThrow(readTarget(target));
          const places = await Effect.runPromise(runSteps(select(root, query, 10_000)));
          const valueAt = (place: ReadonlyArray<string | number>) =>
            place.reduce<unknown>((value, key) => Reflect.get(Object(value), key), root);
          for (const place of places ?? []) expect(valueAt(place)).not.toBe(undefined);
          if (!isValue(root)) throw new Error("There is no value.");
          expect(new Set(libraryPaths(root, target)).size).toBe(places?.length);
        }),
        { numRuns: 150 },
      ),
    ),
  );

  it.effect("pollutes no prototype", () =>
    Effect.gen(function* () {
      const update = JSON.parse('{"__proto__": {"polluted": true}, "constructor": {"x": 1}}');
      const { result } = yield* apply({ info: {} }, [{ target: "$.info", update }]);
      const { info } = result;
      expect(isObject(info) ? Object.keys(info) : []).toEqual(["__proto__", "constructor"]);
      expect(Reflect.get({}, "polluted")).toBe(undefined);
    }),
  );

  it.effect("works on what the one before left, also where both share a value", () =>
    Effect.gen(function* () {
      const { result } = yield* apply({ a: { x: [] }, b: { x: [] } }, [
        { target: "$.*", update: { shared: { list: [1] } } },
        { target: "$.a.shared.list", update: 2 },
        { target: "$.b.x", remove: true },
      ]);
      expect(result).toEqual({
        a: { x: [], shared: { list: [1, 2] } },
        b: { shared: { list: [1] } },
      });
    }),
  );

  it.effect("is refused where it adds more values than a description may have", () =>
    Effect.gen(function* () {
      const actions = Array.from({ length: 40 }, () => ({ target: "$.a", copy: "$.a" }));
      const error = yield* Effect.flip(apply({ a: [1] }, actions));
      expect(String(error)).toContain("more values than a description may have");
    }),
  );

  it.effect("with `..` is refused for a description that is deep and wide", () =>
    Effect.gen(function* () {
      let deep: Json = Array.from({ length: 100_000 }, () => 0);
      for (let level = 0; level < 600; level += 1) deep = [deep];
      const error = yield* Effect.flip(apply({ deep }, [{ target: "$..a", remove: true }]));
      expect(String(error)).toContain("looks at, or adds, more values");
    }),
  );
});
