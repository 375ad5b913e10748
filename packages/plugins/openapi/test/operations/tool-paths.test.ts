import { describe, expect, it } from "@effect/vitest";
import * as fc from "fast-check";
import { toolPaths } from "../../src/operations/tool-paths.ts";
import type { NamedOperation } from "../../src/operations/tool-paths.ts";

const operation = (route: string, operationId?: string, tag?: string): NamedOperation => {
  const [method = "", path = ""] = route.split(" ");
  return { method, path, operationId, tag };
};

const address = /^[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*)*$/;

/** The paths, when all steps are done. */
const pathsOf = (operations: ReadonlyArray<NamedOperation>): ReadonlyArray<string> => {
  const steps = toolPaths(operations);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
};

describe("toolPaths", () => {
  it.each([
    ["get /repos/{owner}/{repo}", "repos/get", "repos", "repos.get"],
    ["get /x", "actions/list-repo-workflows", "actions", "actions.listRepoWorkflows"],
    ["get /x", "drive.files.list", "files", "drive.files.list"],
    ["get /x", "getPetById", "pet", "pet.getPetById"],
    ["get /x", "getPetById", undefined, "getPetById"],
    ["get /x", "GetAccounts", "User Management", "userManagement.getAccounts"],
    ["get /x", "read_items_items__get", undefined, "read_items_items__get"],
    ["get /x", "APIKeys_List", undefined, "APIKeys_List"],
    ["get /x", "2fa/enable", undefined, "_2fa.enable"],
    ["get /x", "créer l'élément", undefined, "creerLelement"],
    ["get /pets", "获取", "宠物", "pets.get"],
    ["get /repos/{owner}/{repo}", undefined, "repos", "repos.getByOwnerRepo"],
    ["post /v1/users/{user-id}/posts", undefined, undefined, "v1.users.posts.postByUserId"],
    ["get /", undefined, undefined, "get"],
    ["delete /a.b/{x}.json", undefined, undefined, "aB.json.deleteByX"],
    ["get /x", "then", "constructor", "constructor_.then_"],
    ["get /x", "__proto__/prototype/toString", undefined, "__proto___.prototype_.toString_"],
  ])("%s, operationId %s, tag %s: %s", (route, operationId, tag, path) => {
    expect(pathsOf([operation(route, operationId, tag)])).toEqual([path]);
  });

  it("distinguishes operations of one name by method, otherwise by route, and keeps other names", () => {
    const paths = pathsOf([
      operation("get /a", "thing"),
      operation("post /a", "thing"),
      operation("get /b", "other"),
      operation("get /c", "same"),
      operation("get /d/{id}", "same"),
    ]);
    expect(paths).toEqual(["thingGet", "thingPost", "other", "sameGetC", "sameGetDById"]);
  });

  it("falls back to a fingerprint if another operation has the name", () => {
    const paths = pathsOf([
      operation("get /a", "thing"),
      operation("post /a", "thing"),
      operation("get /b", "thingGet"),
    ]);
    expect(paths[2]).toBe("thingGet");
    expect(new Set(paths).size).toBe(3);
    expect(paths[0]).toMatch(/^thing/);
  });

  const text = fc.oneof(
    fc.constantFrom("get", "list", "a/b", "a.b", "then", "__proto__", "x-y", "thingGet", "thing"),
    fc.string({ maxLength: 8 }),
  );
  const operations = fc.uniqueArray(
    fc.record({
      method: fc.constantFrom("get", "post", "put", "delete"),
      path: fc
        .array(fc.oneof(fc.constantFrom("a", "b", "{id}", "{x}"), fc.string({ maxLength: 4 })), {
          maxLength: 3,
        })
        .map((segments) => `/${segments.join("/")}`),
      operationId: fc.option(text, { nil: undefined }),
      tag: fc.option(text, { nil: undefined }),
    }),
    { selector: ({ method, path }) => `${method} ${path}`, maxLength: 20 },
  );

  it("names every operation once, with an address that the sandbox can call", () => {
    fc.assert(
      fc.property(operations, (given) => {
        const paths = pathsOf(given);
        expect(new Set(paths).size).toBe(given.length);
        for (const path of paths) {
          expect(path).toMatch(address);
          for (const segment of path.split(".")) expect(segment in Object.prototype).toBe(false);
        }
      }),
      { numRuns: 150 },
    );
  });

  it("gives the same names in any order", () => {
    const shuffled = operations.chain((given) =>
      fc.tuple(fc.constant(given), fc.shuffledSubarray(given, { minLength: given.length })),
    );
    fc.assert(
      fc.property(shuffled, ([given, other]) => {
        const names = pathsOf(given);
        const others = pathsOf(other);
        for (const [index, each] of given.entries()) {
          expect(others[other.indexOf(each)]).toBe(names[index]);
        }
      }),
      { numRuns: 150 },
    );
  });
});
