/** JSON Schema of what both tools return: the execution as it stands. {@link ./execution-content.ts} makes it. */
export const outputSchema = {
  type: "object" as const,
  properties: {
    executionId: { type: "string" },
    status: {
      type: "string",
      enum: ["completed", "failed", "timeout", "out_of_memory", "cancelled", "paused"],
    },
    durationMs: { type: "number", description: "Milliseconds, waiting for people left out." },
    toolCalls: { type: "integer" },
    result: {
      description:
        "What the code returned, where it completed. Where truncated: the first characters of its JSON text.",
    },
    truncated: { type: "boolean", description: "Whether the result is cut." },
    totalChars: { type: "integer", description: "Characters of the whole result's JSON text." },
    error: {
      type: "object",
      description: "Why the code did not complete.",
      properties: {
        name: { type: "string" },
        message: { type: "string" },
        stack: { type: "string" },
      },
      required: ["name", "message"],
    },
    console: {
      type: "array",
      items: {
        type: "object",
        properties: { level: { type: "string" }, text: { type: "string" } },
        required: ["level", "text"],
      },
    },
    consoleTruncated: { type: "boolean" },
    approvals: {
      type: "array",
      description: "The questions that a paused execution waits for.",
      items: {
        type: "object",
        properties: {
          approvalId: { type: "string" },
          kind: { type: "string", enum: ["approval", "form"] },
          tool: { type: "string" },
          message: { type: "string" },
          input: { type: "object" },
          requestedSchema: {
            type: "object",
            description: "JSON Schema of the answer's content; only for a form.",
          },
          expiresAt: { type: "string", format: "date-time" },
        },
        required: ["approvalId", "kind", "tool", "message", "input", "expiresAt"],
      },
    },
  },
  required: ["executionId", "status", "durationMs", "toolCalls"],
};
