import type { Json, JsonObject } from "@executor/sdk";
import { describe, expect, it } from "@effect/vitest";
import fc from "fast-check";
import { readTool } from "../../src/tools/read-tool.ts";

const good: JsonObject = {
  name: "tool",
  title: "A tool",
  description: "Does it.",
  inputSchema: { type: "object", properties: { a: { type: "string" } } },
  outputSchema: { type: "object" },
  annotations: { readOnlyHint: true, destructiveHint: false },
  execution: { taskSupport: "optional" },
};

/** Values that no member of a tool may have. */
const garbage = fc.oneof(
  fc.constantFrom<Json>(0, 5, 1.5, false, "", [], [1], [[]]),
  fc.array<Json>(fc.dictionary(fc.string(), fc.integer()), { minLength: 1, maxLength: 2 }),
);

const isGood: Record<string, (value: unknown) => boolean> = {
  name: (value) => typeof value === "string" && value !== "",
  title: (value) => typeof value === "string",
  description: (value) => typeof value === "string",
  inputSchema: () => false,
  outputSchema: () => false,
  annotations: () => false,
  execution: () => false,
};

describe("readTool", () => {
  it("reads every member", () => {
    expect(readTool(good)).toEqual({
      unread: [],
      tool: {
        name: "tool",
        title: "A tool",
        description: "Does it.",
        inputSchema: good["inputSchema"],
        outputSchema: { type: "object" },
        isReadOnly: true,
        isDestructive: false,
        asTask: false,
      },
    });
  });

  it("takes null as absent, whichever members are null", () => {
    const names = Object.keys(good).filter((name) => name !== "name");
    fc.assert(
      fc.property(fc.subarray(names), (absent) => {
        const nulls = Object.fromEntries(absent.map((name) => [name, null]));
        const without = Object.fromEntries(
          Object.entries(good).filter(([name]) => !absent.includes(name)),
        );
        expect(readTool({ ...good, ...nulls })).toEqual(readTool(without));
        expect(readTool({ ...good, ...nulls }).unread).toEqual([]);
      }),
    );
  });

  it("leaves out exactly the members that it cannot read, and the tool only for name or input schema", () => {
    const broken = fc.dictionary(fc.constantFrom(...Object.keys(good)), garbage);
    fc.assert(
      fc.property(broken, (members) => {
        const wrong = Object.entries(members)
          .filter(([name, value]) => isGood[name]?.(value) === false)
          .map(([name]) => name);
        const { tool, unread } = readTool({ ...good, ...members });
        expect(new Set(unread)).toEqual(new Set(wrong));
        expect(tool === undefined).toBe(wrong.includes("name") || wrong.includes("inputSchema"));
        const title = typeof members["title"] === "string" ? members["title"] : "A tool";
        expect(tool?.title ?? title).toBe(title);
      }),
    );
  });

  it.each([null, undefined, true])("takes any object for the input schema %j", (inputSchema) => {
    const { inputSchema: _, ...others } = good;
    const given = inputSchema === undefined ? others : { ...others, inputSchema };
    expect(readTool(given).tool?.inputSchema).toEqual({ type: "object" });
  });

  it.each([null, 5, "tool", [], {}, { name: null }, { name: 5 }])(
    "finds no tool in %j",
    (listed) => {
      expect(readTool(listed)).toEqual({ tool: undefined, unread: ["name"] });
    },
  );
});
