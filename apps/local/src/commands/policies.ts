import { Args, Command } from "@effect/cli";
import { Policy, PolicyDecision } from "@executor/sdk/schemas";
import { Effect } from "effect";
import { CommandError } from "../terminal/command-error.ts";
import type { Column } from "../terminal/table.ts";
import { answer, answerRows } from "./answer.ts";
import { check } from "./input.ts";
import { terms, textArgument } from "./options.ts";

const patternArgument = textArgument(
  "pattern",
  "A tool's address in which a segment may be *, such as github.*",
);

const columns: ReadonlyArray<Column<Policy>> = [
  { title: "PATTERN", cell: ({ pattern }) => pattern },
  { title: "DECISION", cell: ({ decision }) => decision },
];
const none =
  "There are no policies: tools that only read are allowed, and all others need approval.";

const listCommand = Command.make("list", terms, (given) =>
  answerRows(given, (client) => client.policies.list(), columns, none),
).pipe(Command.withDescription("List the policies; of two that cover one tool, the first decides"));

const setCommand = Command.make(
  "set",
  {
    pattern: patternArgument,
    decision: Args.choice(
      PolicyDecision.literals.map((decision) => [decision, decision] as const),
      { name: "decision" },
    ).pipe(Args.withDescription("allow, approve (ask a person first) or block")),
    ...terms,
  },
  ({ pattern, decision, ...given }) =>
    answer(
      given,
      (client) =>
        Effect.gen(function* () {
          const policy = yield* check(Policy, { pattern, decision });
          const all = yield* client.policies.list();
          const others = all.filter((other) => other.pattern !== policy.pattern);
          return yield* client.policies.replace({ payload: [...others, policy] });
        }),
      () => `${pattern}: ${decision}`,
    ),
).pipe(Command.withDescription("Decide about the tools that a pattern covers"));

const removeCommand = Command.make(
  "remove",
  { pattern: patternArgument, ...terms },
  ({ pattern, ...given }) =>
    answer(
      given,
      (client) =>
        Effect.gen(function* () {
          const all = yield* client.policies.list();
          const rest = all.filter((policy) => policy.pattern !== pattern);
          if (rest.length === all.length) {
            return yield* new CommandError({ message: `There is no policy ${pattern}.` });
          }
          return yield* client.policies.replace({ payload: rest });
        }),
      () => `Removed ${pattern}.`,
    ),
).pipe(Command.withDescription("Take a policy back"));

export const policiesCommand = Command.make("policies").pipe(
  Command.withDescription("Say which tools may be called, need approval or are blocked"),
  Command.withSubcommands([listCommand, setCommand, removeCommand]),
);
