import { describe, expect, it } from "@effect/vitest";
import type { StdioEndpoint } from "../src/transports/endpoint.ts";
import * as fc from "fast-check";
import { programName, suggestNamespace, toolPaths } from "../src/names.ts";

const program = (command: string, ...args: ReadonlyArray<string>): StdioEndpoint => ({
  transport: "stdio",
  command,
  args,
  env: {},
  cwd: undefined,
});

describe("suggestNamespace", () => {
  it.each([
    ["mcp-servers/everything", "everything"],
    ["@modelcontextprotocol/server-filesystem", "filesystem"],
    ["GitHub MCP Server", "github"],
    ["Søk & Finn", "s_k_finn"],
    ["MCP", "mcp"],
    ["42", "mcp"],
    ["executor", "mcp"],
  ])("%s is %s", (name, namespace) => {
    expect(suggestNamespace(name)).toBe(namespace);
  });
});

describe("programName", () => {
  it.each([
    [
      program("npx", "-y", "@modelcontextprotocol/server-files@1.2.0", "/data"),
      "@modelcontextprotocol/server-files",
    ],
    [program("uvx", "mcp-server-git"), "mcp-server-git"],
    [program("docker", "run", "-i", "--rm", "mcp/fetch"), "fetch"],
    [program("node", "servers/weather.js"), "weather"],
    [program("/opt/tools/search-mcp.exe"), "search-mcp"],
    [program("npx"), "npx"],
  ])("%j is %s", (endpoint, name) => {
    expect(programName(endpoint)).toBe(name);
  });
});

const pathsOf = (...names: ReadonlyArray<string>) => Object.fromEntries(toolPaths(names));

describe("toolPaths", () => {
  it("are identifiers built from the tools' names", () => {
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

  it("give an identifier to the name that is equal to it, and fingerprints to the others", () => {
    expect(pathsOf("get-sum", "getSum", "get.sum")).toEqual({
      getSum: "getSum",
      "get-sum": expect.stringMatching(/^getSum_[0-9a-f]{8}$/),
      "get.sum": expect.stringMatching(/^getSum_[0-9a-f]{8}$/),
    });
  });

  it("give names without Latin letters a fingerprint", () => {
    expect(pathsOf("天气")["天气"]).toMatch(/^tool_[0-9a-f]{8}$/);
  });

  it("are identifiers, unique, and independent of the order", () => {
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
