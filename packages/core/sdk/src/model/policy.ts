import { Schema } from "effect";
import { apiError } from "./api-error.ts";
import { builtInNamespace } from "./source.ts";

/** Decision about a call: the tool runs, a person is asked first, or the call is refused. */
export const PolicyDecision = Schema.Literal("allow", "approve", "block").annotations({
  identifier: "PolicyDecision",
});
export type PolicyDecision = typeof PolicyDecision.Type;

const maxPatternChars = 512;
const wildcard = "*";
const patternFormat = /^(\*|[a-z][a-z0-9_]*)(\.(\*|[A-Za-z_$][\w$]*))*$/;

/**
 * Pattern of tools: an address in which a segment may be `*`. At the end, `*` stands for one segment or more (`github.*`);
 * elsewhere, for exactly one (`github.*.delete`). `*` alone covers every tool of every source, except those of the built-in
 * source `executor`, which only a pattern that names it covers.
 */
export const PolicyPattern = Schema.String.pipe(
  Schema.filter((text) => text.length <= maxPatternChars && patternFormat.test(text), {
    jsonSchema: { pattern: patternFormat.source, maxLength: maxPatternChars },
    message: () =>
      "A pattern is a tool's address in which a segment may be *, such as github.repos.get, github.*, github.*.delete or *.",
  }),
  Schema.brand("PolicyPattern"),
  Schema.annotations({ identifier: "PolicyPattern" }),
);
export type PolicyPattern = typeof PolicyPattern.Type;

/** An operator's decision about the tools that a pattern covers. */
export class Policy extends Schema.Class<Policy>("Policy")({
  pattern: PolicyPattern,
  decision: PolicyDecision,
}) {}

/** The policies contradict each other, or are too many. */
export class InvalidPolicies extends apiError<InvalidPolicies>()("InvalidPolicies", 422) {}

/** Whether a pattern covers a tool. */
export const covers = (pattern: string, address: string): boolean => {
  const wanted = pattern.split(".");
  const given = address.split(".");
  if (wanted[0] === wildcard && given[0] === builtInNamespace) return false;
  const open = wanted.at(-1) === wildcard;
  if (open ? given.length < wanted.length : given.length !== wanted.length) return false;
  return wanted.every((segment, index) => segment === wildcard || segment === given[index]);
};

/**
 * Order of policies in which the most specific of those that cover one tool comes first: the pattern with more literal
 * segments; then the longer one; then the one that does not end in `*`; then the one that is literal where they first differ.
 * Two patterns that cover one tool and tie in all of these are equal.
 */
export const bySpecificity = (left: Policy, right: Policy): number => {
  const a = left.pattern.split(".");
  const b = right.pattern.split(".");
  return (
    literals(b) - literals(a) ||
    b.length - a.length ||
    endsOpen(a) - endsOpen(b) ||
    firstLiteral(a, b) ||
    alphabetically(left.pattern, right.pattern)
  );
};

/** A pattern that more than one of these policies has. */
export const repeatedPattern = (policies: ReadonlyArray<Policy>): PolicyPattern | undefined => {
  const seen = new Set<string>();
  return policies.find(({ pattern }) => seen.size === seen.add(pattern).size)?.pattern;
};

const literals = (segments: ReadonlyArray<string>): number =>
  segments.filter((segment) => segment !== wildcard).length;

const endsOpen = (segments: ReadonlyArray<string>): number => Number(segments.at(-1) === wildcard);

const firstLiteral = (a: ReadonlyArray<string>, b: ReadonlyArray<string>): number => {
  const differs = a.findIndex(
    (segment, index) => (segment === wildcard) !== (b[index] === wildcard),
  );
  if (differs === -1) return 0;
  return a[differs] === wildcard ? 1 : -1;
};

const alphabetically = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
