import { describe, expect, it } from "@effect/vitest";
import * as fc from "fast-check";
import { toolPaths } from "../../src/tools/tool-paths.ts";

const pathsOf = (...names: ReadonlyArray<string>) => Object.fromEntries(toolPaths(names));

describe("toolPaths", () => {
  it("are identifiers after the tools' names", () => {
    expect(
      pathsOf("get-sum", "list_repos", "createIssue", "admin.tools/list", "3d", "toString"),
    ).toEqual({
      "get-sum": "getSum",
      list_repos: "list_repos",
      createIssue: "createIssue",
      "admin.tools/list": "adminToolsList",
      "3d": "_3d",
      toString: "toString_",
    });
  });

  it("leave a name that is an identifier alone when others come to the same", () => {
    expect(pathsOf("get-sum", "getSum", "get.sum")).toEqual({
      getSum: "getSum",
      "get-sum": expect.stringMatching(/^getSum_[0-9a-f]{8}$/),
      "get.sum": expect.stringMatching(/^getSum_[0-9a-f]{8}$/),
    });
  });

  it("give names without a letter of ours a fingerprint", () => {
    expect(pathsOf("天气")["天气"]).toMatch(/^tool_[0-9a-f]{8}$/);
  });

  it("are legal, one to each name, and the same in any order", () => {
    const name = fc.oneof(
      fc.string({ minLength: 1, maxLength: 130 }),
      fc.stringMatching(/^[a-z._/-]{1,6}$/),
    );
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 30 }), (names) => {
        const paths = toolPaths(names);
        expect(new Set(paths.values()).size).toBe(names.length);
        for (const path of paths.values()) expect(path).toMatch(/^[A-Za-z_$][\w$]*$/);
        expect(Object.fromEntries(toolPaths(names.toReversed()))).toEqual(
          Object.fromEntries(paths),
        );
      }),
    );
  });
});
