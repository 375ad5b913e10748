import { Execution, ExecutionId, unknownCaller } from "@executor/execution/schemas";
import { DateTime } from "effect";
import { describe, expect, it } from "@effect/vitest";
import { contentText } from "../../src/terminal/execution.ts";

describe("contentText", () => {
  it("has the text of text, and the kind and the size of what has bytes", () => {
    const execution = new Execution(
      {
        id: ExecutionId.make(`exec_${"0".repeat(32)}`),
        status: "completed",
        trigger: "cli",
        caller: unknownCaller,
        toolkit: null,
        startedAt: DateTime.unsafeMake(0),
        durationMs: 1,
        toolCalls: 0,
        code: "",
        output: null,
        error: null,
        console: [],
        consoleTruncated: false,
        approvals: [],
        content: [
          { type: "text", text: "a", bytes: 1 },
          { type: "image", mimeType: "image/png", bytes: 308 },
          { type: "resource_link", uri: "file:///b", bytes: 0 },
        ],
      },
      { disableValidation: true },
    );
    expect(contentText(execution)).toBe(
      "[text] a\n[image] image/png, 308 bytes\n[resource_link] file:///b",
    );
  });
});
