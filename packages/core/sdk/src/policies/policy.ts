import { HttpApiSchema } from "@effect/platform";
import { Schema } from "effect";
import type { ToolAnnotations } from "../model/tool.ts";

/** What happens when a tool is called: it runs, a person is asked first, or it is refused. */
export const PolicyDecision = Schema.Literal("allow", "approve", "block").annotations({
  identifier: "PolicyDecision",
});
export type PolicyDecision = typeof PolicyDecision.Type;

const maxPatternChars = 512;
const pattern = /^(\*|[a-z][a-z0-9_]*)(\.(\*|[A-Za-z_$][\w$]*))*$/;

/**
 * Which tools a policy is about: an address, in which a segment may be `*`. At the end, `*` stands for one segment or more
 * (`github.*`); elsewhere, for exactly one (`github.*.delete`). `*` alone is every tool of every source; the tools of the
 * built-in source `executor` are meant only where the pattern names it.
 */
export const PolicyPattern = Schema.String.pipe(
  Schema.filter((text) => text.length <= maxPatternChars && pattern.test(text), {
    jsonSchema: { pattern: pattern.source, maxLength: maxPatternChars },
    message: () =>
      "A pattern is a tool's address in which a segment may be *, such as github.repos.get, github.*, github.*.delete or *.",
  }),
  Schema.brand("PolicyPattern"),
  Schema.annotations({ identifier: "PolicyPattern" }),
);
export type PolicyPattern = typeof PolicyPattern.Type;

/** What an operator decided about the tools that a pattern covers. */
export class Policy extends Schema.Class<Policy>("Policy")({
  pattern: PolicyPattern,
  decision: PolicyDecision,
}) {}

/** The policies do not go together. */
export class InvalidPolicies extends Schema.TaggedError<InvalidPolicies>()(
  "InvalidPolicies",
  { message: Schema.String },
  HttpApiSchema.annotations({ status: 422 }),
) {}

/** The decision where no policy names the tool: reads run, everything else asks first. */
export const defaultPolicy = (annotations: ToolAnnotations): PolicyDecision =>
  annotations.requiresApproval || annotations.destructive || !annotations.readOnly
    ? "approve"
    : "allow";
