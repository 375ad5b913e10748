import { Schema } from "effect";
import { apiError } from "../model/api-error.ts";
import { Policy, PolicyPattern } from "../model/policy.ts";

const nameFormat = /^[a-z][a-z0-9_-]{0,63}$/;

/** Name of a toolkit, the last segment of its MCP endpoint's path: `/mcp/triage`. */
export const ToolkitName = Schema.String.pipe(
  Schema.pattern(nameFormat, {
    message: () =>
      "A toolkit's name is a lower-case letter, followed by up to 63 letters, digits, - and _, such as triage.",
  }),
  Schema.brand("ToolkitName"),
  Schema.annotations({ identifier: "ToolkitName" }),
);
export type ToolkitName = typeof ToolkitName.Type;

const maxPatterns = 100;
const maxDescriptionChars = 1_000;

/** A lone namespace is a policy's pattern too, and covers nothing. */
const ToolPattern = PolicyPattern.pipe(
  Schema.filter((pattern) => pattern === "*" || pattern.includes("."), {
    message: () =>
      "A namespace alone covers no tool. Write github.* for all tools of the source github.",
  }),
);

const fields = {
  /** What it is for, in the words of its operator. */
  description: Schema.String.pipe(Schema.maxLength(maxDescriptionChars)),
  /** Patterns of its tools; a tool that any of them covers is in it. Tools may be added later. */
  tools: Schema.Array(ToolPattern).pipe(Schema.minItems(1), Schema.maxItems(maxPatterns)),
  /** Policies that come first in its executions; a policy of all that blocks a tool holds as well. */
  policies: Schema.Array(Policy).pipe(Schema.maxItems(maxPatterns)),
  /** Whether its MCP endpoint lists its tools beside `execute`, as far as they fit. */
  listTools: Schema.Boolean,
};

/** A named subset of the tools, with an MCP endpoint of its own. */
export class Toolkit extends Schema.Class<Toolkit>("Toolkit")({ name: ToolkitName, ...fields }) {}

/** Payload of a request for a new toolkit. */
export const NewToolkit = Schema.Struct({
  name: ToolkitName,
  description: Schema.optionalWith(fields.description, { default: () => "" }),
  tools: fields.tools,
  policies: Schema.optionalWith(fields.policies, { default: () => [] }),
  listTools: Schema.optionalWith(fields.listTools, { default: () => false }),
}).annotations({ identifier: "NewToolkit" });
export type NewToolkit = typeof NewToolkit.Type;

/** What is to be changed of a toolkit; a list is replaced as a whole. */
export const ToolkitEdit = Schema.partialWith(Schema.Struct(fields), { exact: true }).annotations({
  identifier: "ToolkitEdit",
});
export type ToolkitEdit = typeof ToolkitEdit.Type;

export class ToolkitNotFound extends apiError<ToolkitNotFound>()("ToolkitNotFound", 404) {}

/** There is a toolkit of this name already, or there are as many as there may be. */
export class ToolkitUnavailable extends apiError<ToolkitUnavailable>()("ToolkitUnavailable", 409) {}

/** The toolkit contradicts itself. */
export class InvalidToolkit extends apiError<InvalidToolkit>()("InvalidToolkit", 422) {}
