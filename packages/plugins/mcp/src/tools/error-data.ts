import { type Json, type JsonObject, ToolCallError } from "@executor/sdk";
import { isArray, member } from "@executor/plugin-kit";
import { boundedData } from "../failures.ts";

/**
 * The error of a result with `isError`, with what the server says beside its text: the structured content; without that, the whole
 * text where the message holds only its beginning.
 */
export const withErrorData = (error: ToolCallError, result: JsonObject): ToolCallError => {
  const structured = member(result, "structuredContent") ?? null;
  const said = textOf(member(result, "content"));
  const isCut = said.trim() !== "" && said !== error.message;
  const data = structured ?? (isCut ? said : null);
  if (error.outcome !== "tool_error" || data === null) return error;
  const hint = isCut && structured === null ? " The error's data has more of it." : "";
  return new ToolCallError({ ...error, message: error.message + hint, ...boundedData(data) });
};

const textOf = (content: Json | undefined): string =>
  (isArray(content) ? content : [])
    .map((block) => member(block, "text"))
    .filter((text) => typeof text === "string")
    .join("\n");
