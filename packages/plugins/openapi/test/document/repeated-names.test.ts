import { describe, expect, it } from "@effect/vitest";
import { pointer, readJson, runSteps } from "@executor/plugin-kit";
import { Effect, Either } from "effect";
import * as fc from "fast-check";
import { tellRepeatedNames } from "../../src/document/repeated-names.ts";
import { loadFrom, site } from "./split.ts";

const told = (source: string) =>
  Effect.gen(function* () {
    const places: Array<string> = [];
    yield* runSteps(
      tellRepeatedNames(
        new TextEncoder().encode(source),
        Either.getOrThrow(readJson(source)),
        (place) => places.push(place),
      ),
    );
    return places;
  });

const names = fc.constantFrom("a", "b", "/", '"', "\\", "{", "[,", "__proto__", "é", "");
/** JSON as lists of members, which may repeat names. */
type Tree =
  | string
  | ReadonlyArray<Tree>
  | { readonly members: ReadonlyArray<readonly [string, Tree]> };
const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, depthSize: "medium" },
    fc.constantFrom("1", "null", '"a"', '"{\\"a\\":["'),
    fc.array(tie("tree"), { maxLength: 4 }),
    fc.record({ members: fc.array(fc.tuple(names, tie("tree")), { maxLength: 4 }) }),
  ),
}));

const write = (value: Tree): string => {
  if (typeof value === "string") return value;
  if (!("members" in value)) return `[ ${value.map(write).join(" ,")}]`;
  return `{${value.members.map(([name, item]) => `${JSON.stringify(name)} :${write(item)}`).join(", ")} }`;
};

const repeated = (value: Tree, place = ""): ReadonlyArray<string> => {
  if (typeof value === "string") return [];
  if (!("members" in value)) {
    return value.flatMap((item, index) => repeated(item, place + pointer(index)));
  }
  return value.members.flatMap(([name, item], index) => {
    const at = place + pointer(name);
    const isRepeated = value.members.findIndex(([other]) => other === name) < index;
    return [...(isRepeated ? [at] : []), ...repeated(item, at)];
  });
};

describe("names that an object of JSON has more than once", () => {
  it.effect("are told with their places, and no others", () =>
    Effect.promise(() =>
      fc.assert(
        fc.asyncProperty(tree, async (value) => {
          expect(await Effect.runPromise(told(write(value)))).toEqual(repeated(value));
        }),
        { numRuns: 300 },
      ),
    ),
  );

  it.scopedLive("are warnings of a source, also in a document that it refers to", () =>
    Effect.gen(function* () {
      const { url } = yield* site({
        "openapi.json": `{"openapi":"3.1.0","paths":{"/a":{"get":{}},"/b":{"$ref":"b.json"},"/a":{"post":{"operationId":"a"}}}}`,
        "b.json": `{"get":{"operationId":"x","operationId":"b"}}`,
      });
      const source = yield* loadFrom(`${url}openapi.json`);
      expect(source.tools.map(({ path }) => path)).toEqual(["a", "b"]);
      expect(source.warnings.map(({ code, place }) => [code, place])).toEqual([
        ["name_repeated", "/paths/~1a"],
        ["name_repeated", `${url}b.json#/get/operationId`],
      ]);
    }),
  );
});
