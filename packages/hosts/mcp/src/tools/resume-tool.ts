import { ElicitationAction, JsonObject } from "@executor/sdk/schemas";
import type { Tool } from "@modelcontextprotocol/sdk/types.js";
import { Schema } from "effect";
import { annotations } from "./annotations.ts";
import { outputSchema } from "./output-schema.ts";

const Id = Schema.String.annotations({ message: () => "expected a string" });

export const ResumeArguments = Schema.Struct({
  executionId: Id,
  approvalId: Id,
  action: ElicitationAction.annotations({
    message: () => ({ message: "expected accept, decline or cancel", override: true }),
  }),
  content: Schema.optional(JsonObject.annotations({ message: () => "expected an object" })),
});

export const resumeTool: Tool = {
  name: "resume",
  title: "Answer a question of a paused run",
  description: `Gives a person's answer to one question of a run that \`execute\` left \`paused\`, and lets it go on. Ask the person first, and pass on what they say: never answer for them. Only the session that started a run may resume it. Returns as \`execute\` does: the run has ended, or is paused again.`,
  inputSchema: {
    type: "object",
    properties: {
      executionId: { type: "string" },
      approvalId: { type: "string", description: "One of the paused run's `approvals`." },
      action: {
        type: "string",
        enum: ["accept", "decline", "cancel"],
        description:
          "accept: the person agrees. decline: the person refuses. cancel: the person does not want to say.",
      },
      content: {
        type: "object",
        description: "The answers to a form, by its `requestedSchema`; only with accept.",
      },
    },
    required: ["executionId", "approvalId", "action"],
  },
  outputSchema,
  annotations,
};
