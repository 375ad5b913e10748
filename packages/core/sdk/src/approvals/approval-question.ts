import { ElicitationRequest } from "./elicitation.ts";
import type { ElicitationResult } from "./elicitation.ts";
import type { JsonObject } from "../model/json.ts";
import { ToolCallError } from "../model/tool-call-error.ts";
import type { Tool } from "../model/tool.ts";

const maxDescriptionChars = 300;

/** An answer of yes or no carries nothing more. */
const nothingMore: JsonObject = { type: "object", properties: {} };

/** What a person is asked before a call that needs approval. */
export const approvalQuestion = (tool: Tool, input: JsonObject): ElicitationRequest =>
  new ElicitationRequest(
    {
      kind: "approval",
      address: tool.address,
      message: [`May ${tool.address} be called?`, effectOf(tool), firstLine(tool.description)]
        .filter((part) => part !== "")
        .join(" "),
      input,
      requestedSchema: nothingMore,
    },
    { disableValidation: true },
  );

/** The error of a call that a person did not agree to. */
export const notApproved = (
  tool: Tool,
  action: Exclude<ElicitationResult["action"], "accept">,
): ToolCallError => {
  const { errorType, happened } = refusals[action];
  return new ToolCallError({
    outcome: "declined",
    errorType,
    message: `${tool.address} was not called: ${happened}`,
  });
};

/** The error of a call that needs approval where nobody can give it; `why` is a sentence. */
export const nobodyToApprove = (tool: Tool, why: string): ToolCallError =>
  new ToolCallError({
    outcome: "blocked",
    errorType: "approval_required",
    message: `${tool.address} was not called: it needs a person's approval. ${why}`,
  });

const refusals = {
  decline: {
    errorType: "approval_declined",
    happened: "the person who was asked declined. Do not ask for it again.",
  },
  cancel: {
    errorType: "approval_cancelled",
    happened: "the question was dismissed without an answer.",
  },
  expire: {
    errorType: "approval_expired",
    happened: "nobody answered the question in time. Ask again when somebody is there.",
  },
};

const effectOf = ({ annotations }: Tool): string => {
  if (annotations.destructive) return "It may remove or overwrite something.";
  return annotations.readOnly ? "" : "It changes something.";
};

const firstLine = (description: string): string => {
  const [line = ""] = description.trim().split("\n");
  return line.length > maxDescriptionChars ? `${line.slice(0, maxDescriptionChars)}...` : line;
};
