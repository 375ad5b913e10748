import { describe, expect, it } from "@effect/vitest";
import type { JsonObject } from "@executor/sdk";
import { readTool } from "../../src/tools/read-tool.ts";
import { toolDefinition } from "../../src/tools/tool-definition.ts";

const define = (given: JsonObject) => {
  const { tool } = readTool({ name: "tool", inputSchema: { type: "object" }, ...given });
  if (tool === undefined) throw new Error("The tool cannot be read.");
  return toolDefinition(tool, "tool");
};

describe("toolDefinition", () => {
  it.each([
    [undefined, { readOnly: false, destructive: true, requiresApproval: true }],
    [{}, { readOnly: false, destructive: true, requiresApproval: true }],
    [{ readOnlyHint: true }, { readOnly: true, destructive: false, requiresApproval: false }],
    [{ readOnlyHint: "yes" }, { readOnly: false, destructive: true, requiresApproval: true }],
    [
      { readOnlyHint: true, destructiveHint: true },
      { readOnly: true, destructive: false, requiresApproval: false },
    ],
    [{ destructiveHint: false }, { readOnly: false, destructive: false, requiresApproval: true }],
  ])("reads the hints %j, and takes missing ones for the worst", (annotations, is) => {
    expect(define(annotations === undefined ? {} : { annotations }).annotations).toMatchObject(is);
  });

  it("describes by title and description", () => {
    expect(define({ title: "Sum", description: "Adds." }).description).toBe("Sum: Adds.");
    expect(define({ title: "Sum", description: "Sum of two." }).description).toBe("Sum of two.");
    expect(define({ annotations: { title: "Sum" } }).description).toBe("Sum");
    expect(define({}).description).toBe("tool");
    const long = define({ description: `${"x".repeat(3_998)}😀 and more` }).description;
    expect(long).toBe(`${"x".repeat(3_998)}…`);
  });

  it("keeps schemas, the tool's name and whether it is a task", () => {
    const tool = define({
      name: "my-tool",
      outputSchema: { type: "object" },
      execution: { taskSupport: "required" },
    });
    expect(tool).toMatchObject({
      inputSchema: { type: "object" },
      outputSchema: { type: "object" },
      binding: { name: "my-tool", asTask: true },
    });
    expect(define({ execution: { taskSupport: "optional" } }).binding).toMatchObject({
      asTask: false,
    });
  });
});
