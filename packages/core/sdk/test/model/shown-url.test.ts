import { describe, expect, it } from "@effect/vitest";
import fc from "fast-check";
import { shownUrl } from "../../src/model/source.ts";

describe("shownUrl", () => {
  it.each([
    ["https://ada:pw@h/mcp?key=1#x", "https://h/mcp"],
    ["https://h/api/mcp/s/NzVjYWJjZGVmMTIzNDU2Nzg5MGFi/mcp", "https://h/api/mcp/s/NzVj…/mcp"],
    ["https://h/123e4567-e89b-12d3-a456-426614174000", "https://h/123e…"],
    ["https://h/sk-proj_0123456789abcdefghij/", "https://h/sk-p…/"],
    ["https://h/v1/modelcontextprotocol-servers/2025-11-25", undefined],
    ["https://h:8080", undefined],
    ["stdio:/nix/store/0123456789abcdefghijklmnop/bin/x", undefined],
    ["file:///srv/0123456789abcdefghijklmnop.json", undefined],
  ])("of %s", (url, shown) => {
    expect(shownUrl(url)).toBe(shown ?? url);
  });

  it("shows four characters of any token in the path, and the rest as it is", () => {
    const word = fc.stringMatching(/^[a-z]{1,12}$/);
    const token = fc.tuple(
      fc.stringMatching(/^[a-z]\d[A-Za-z0-9]{14,60}$/),
      fc.stringMatching(/^[a-z]{4}$/),
    );
    fc.assert(
      fc.property(fc.array(word), token, fc.array(word), (before, [run, prefix], after) => {
        const url = (segment: string) => `https://h/${[...before, segment, ...after].join("/")}`;
        expect(shownUrl(url(`${prefix}-${run}`))).toBe(url(`${prefix}…`));
      }),
    );
  });
});
