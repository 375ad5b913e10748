import { describe, expect, it } from "@effect/vitest";
import { clientLabel } from "../src/operations/client-label.ts";
import { methodLabel, toolLabel } from "../src/operations/labels.ts";

describe("labels", () => {
  it("labels only widespread clients by name", () => {
    expect(["claude-code", "Visual-Studio-Code", "CURSOR"].map(clientLabel)).toEqual([
      "claude-code",
      "vscode",
      "cursor",
    ]);
    expect(["", "mine", "__proto__", "x".repeat(10_000), undefined].map(clientLabel)).toEqual(
      Array(5).fill("_OTHER"),
    );
  });

  it("labels only the protocol's methods by name", () => {
    expect(["tools/call", "ping", "tools/call ", "constructor"].map(methodLabel)).toEqual([
      "tools/call",
      "ping",
      "_OTHER",
      "_OTHER",
    ]);
  });

  it("labels the tool only for a tool call", () => {
    expect(toolLabel("tools/call", { name: "execute" })).toBe("execute");
    expect(toolLabel("tools/call", { name: "github.repos.get" })).toBe("_OTHER");
    expect(toolLabel("tools/call", null)).toBe("_OTHER");
    expect(toolLabel("ping", { name: "execute" })).toBeUndefined();
  });
});
