import { Effect } from "effect";
import type { JsonObject } from "../model/json.ts";
import { type Tool, ToolCallError } from "../model/tool.ts";
import { type ElicitationRequest, Elicitor } from "./elicitation.ts";

/** Asks a person whether the tool may be called. Fails where the person does not agree, or nobody can be asked. */
export const requireApproval = (
  tool: Tool,
  input: JsonObject,
): Effect.Effect<void, ToolCallError> =>
  Elicitor.pipe(
    Effect.flatMap(({ elicit }) => elicit(approvalQuestion(tool, input))),
    Effect.catchTag("ElicitationUnavailable", ({ message }) =>
      refused(tool, "blocked", "approval_required", `it needs a person's approval. ${message}`),
    ),
    Effect.flatMap(({ action }) => {
      if (action === "accept") return Effect.void;
      const { errorType, reason } = refusals[action];
      return refused(tool, "declined", errorType, reason);
    }),
  );

const approvalQuestion = (tool: Tool, input: JsonObject): ElicitationRequest => ({
  kind: "approval",
  address: tool.address,
  message: [`May ${tool.address} be called?`, effectOf(tool), firstLine(tool.description)]
    .filter((part) => part !== "")
    .join(" "),
  input,
  // The answer is yes or no, without a form.
  requestedSchema: { type: "object", properties: {} },
});

const effectOf = ({ annotations }: Tool): string => {
  if (annotations.destructive) return "It may remove or overwrite something.";
  return annotations.readOnly ? "" : "It changes something.";
};

const maxDescriptionChars = 300;

const firstLine = (description: string): string => {
  const [line = ""] = description.trim().split("\n");
  return line.length > maxDescriptionChars ? `${line.slice(0, maxDescriptionChars)}...` : line;
};

const refusals = {
  decline: {
    errorType: "approval_declined",
    reason: "the person who was asked declined. Do not ask for it again.",
  },
  cancel: {
    errorType: "approval_cancelled",
    reason: "the question was dismissed without an answer.",
  },
  expire: {
    errorType: "approval_expired",
    reason: "nobody answered the question in time. Ask again when somebody is there.",
  },
};

const refused = (
  { address }: Tool,
  outcome: "blocked" | "declined",
  errorType: string,
  reason: string,
) =>
  Effect.fail(
    new ToolCallError({ outcome, errorType, message: `${address} was not called: ${reason}` }),
  );
