import {
  ApprovalId,
  Execution,
  ExecutionId,
  type PendingApproval,
  unknownCaller,
} from "@executor/execution/schemas";
import { DateTime } from "effect";
import { describe, expect, it } from "@effect/vitest";
import { contentText, describePause } from "../../src/terminal/execution.ts";

const id = ExecutionId.make(`exec_${"0".repeat(32)}`);

const executionWith = (fields: Partial<Execution>): Execution =>
  new Execution(
    {
      id,
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
      content: [],
      ...fields,
    },
    { disableValidation: true },
  );

describe("contentText", () => {
  it("has the text of text, and the kind and the size of what has bytes", () => {
    const execution = executionWith({
      content: [
        { type: "text", text: "a", bytes: 1 },
        { type: "image", mimeType: "image/png", bytes: 308 },
        { type: "resource_link", uri: "file:///b", bytes: 0 },
      ],
    });
    expect(contentText(execution)).toBe(
      "[text] a\n[image] image/png, 308 bytes\n[resource_link] file:///b",
    );
  });
});

describe("describePause", () => {
  it("shows the fields of a form, and a command that can hold them", () => {
    const approval: PendingApproval = {
      id: ApprovalId.make(`appr_${"1".repeat(32)}`),
      kind: "form",
      address: "people.ask",
      message: "Who is it?",
      input: {},
      requestedSchema: {
        type: "object",
        properties: {
          name: { type: "string", description: "Of the\nperson" },
          size: { type: "string", enum: ["s", "m"] },
        },
        required: ["name"],
      },
      askedAt: DateTime.unsafeMake(0),
      expiresAt: DateTime.unsafeMake(0),
    };
    const text = describePause(executionWith({ approvals: [approval] }), 1);
    expect(text).toContain("      name: string, required. Of the");
    expect(text).toContain('      size: "s" | "m"\n');
    expect(text).toContain(
      `executor resume ${id} ${approval.id} --accept --content '{…}' --port 1`,
    );
  });
});
