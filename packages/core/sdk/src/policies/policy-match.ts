import { builtInNamespace } from "../built-in/built-in-source.ts";
import type { Policy } from "./policy.ts";

const wildcard = "*";

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
 * Orders policies so that of those that cover one tool the most specific comes first: the pattern with more literal
 * segments; then the longer one; then the one that does not end in `*`; then the one that is literal where they first differ.
 * Two patterns that cover one tool and tie in all of that are the same pattern.
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
