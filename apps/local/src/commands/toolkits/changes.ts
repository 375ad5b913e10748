import { Policy, type Toolkit } from "@executor/sdk/schemas";
import { Effect, type Option } from "effect";
import { CommandError, usageError } from "../../terminal/command-error.ts";
import { check } from "../input.ts";
import { field } from "../sources/settings.ts";

/** Options of a change as they were typed. */
interface Changes {
  readonly description: Option.Option<string>;
  readonly tools: ReadonlyArray<string>;
  readonly removedTools: ReadonlyArray<string>;
  readonly policies: ReadonlyArray<string>;
  readonly removedPolicies: ReadonlyArray<string>;
  readonly listTools: boolean;
  readonly noListTools: boolean;
}

/** Policies, each typed as a pattern, `=` and its decision. */
export const readPolicies = (words: ReadonlyArray<string>) =>
  Effect.forEach(words, (word) => {
    const [pattern, decision, ...others] = word.split("=");
    return decision === undefined || others.length > 0
      ? usageError(`A policy is PATTERN=DECISION, such as 'github.*=approve', and not ${word}.`)
      : check(Policy, { pattern, decision });
  });

/** The fields of a toolkit that change, with their new values. */
export const editOf = Effect.fn("editOf")(function* (before: Toolkit, changes: Changes) {
  const { description, listTools, noListTools, removedPolicies, removedTools } = changes;
  if (listTools && noListTools) {
    return yield* usageError("Give either --list-tools or --no-list-tools, and not both.");
  }
  const policies = yield* readPolicies(changes.policies);
  yield* requireAll(before.name, before.tools, removedTools);
  const decided = before.policies.map(({ pattern }) => pattern);
  yield* requireAll(before.name, decided, removedPolicies);
  const replaced = new Set<string>([...removedPolicies, ...policies.map(({ pattern }) => pattern)]);
  const tools = [...before.tools, ...changes.tools];
  return {
    ...field("description", description),
    ...(changes.tools.length + removedTools.length > 0 && {
      tools: [...new Set(tools)].filter((pattern) => !removedTools.includes(pattern)),
    }),
    ...(replaced.size > 0 && {
      policies: [...before.policies.filter(({ pattern }) => !replaced.has(pattern)), ...policies],
    }),
    ...((listTools || noListTools) && { listTools }),
  };
});

const requireAll = (name: string, has: ReadonlyArray<string>, wanted: ReadonlyArray<string>) => {
  const missing = wanted.find((pattern) => !has.includes(pattern));
  return missing === undefined
    ? Effect.void
    : new CommandError({ message: `The toolkit ${name} does not have ${missing}.` });
};
