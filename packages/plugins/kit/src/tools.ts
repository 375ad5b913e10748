import { type Json, type JsonObject, shorten, ToolAnnotations } from "@executor/sdk";
import { fromEntries } from "./json-values.ts";

/** Annotations of tools that change nothing, that change something, and that may remove or overwrite. */
export const readOnlyTool = new ToolAnnotations({
  readOnly: true,
  destructive: false,
  requiresApproval: false,
});
const changing = { readOnly: false, requiresApproval: true };
export const writingTool = new ToolAnnotations({ ...changing, destructive: false });
export const destructiveTool = new ToolAnnotations({ ...changing, destructive: true });

const maxDescription = 1_000;
const maxSignature = 300;

/** A tool's description of at most 1,000 characters: prose, then the signature, which is never cut in favour of the prose. */
export const describeTool = (prose: string, signature: string): string => {
  const line = shorten(signature, maxSignature);
  return prose === "" ? line : `${shorten(prose, maxDescription - line.length - 2)}\n\n${line}`;
};

/** The JSON Schema of an object with these properties and no others. `extra`: further keywords. */
export const closedObject = (
  properties: Iterable<readonly [string, Json]>,
  required: ReadonlyArray<string>,
  extra: JsonObject = {},
): JsonObject => ({
  type: "object",
  properties: fromEntries(properties),
  ...(required.length > 0 ? { required } : {}),
  ...extra,
  additionalProperties: false,
});
