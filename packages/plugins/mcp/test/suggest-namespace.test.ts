import { describe, expect, it } from "@effect/vitest";
import type { StdioEndpoint } from "../src/transports/endpoint.ts";
import { programName, suggestNamespace } from "../src/suggest-namespace.ts";

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
