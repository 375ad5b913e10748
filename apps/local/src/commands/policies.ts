import { Args, Command } from "@effect/cli";
import { Policy, PolicyDecision } from "@executor/sdk/schemas";
import { Console, Effect } from "effect";
import { check } from "./check.ts";
import { CommandError } from "../terminal/command-error.ts";
import { askDaemon } from "../client/daemon.ts";
import { jsonOption, printJson, printTable } from "../terminal/output.ts";
import { portOption } from "./options.ts";

const patternArgument = Args.text({ name: "pattern" }).pipe(
  Args.withDescription("A tool's address in which a segment may be *, such as github.*"),
);

const listCommand = Command.make("list", { json: jsonOption, port: portOption }, ({ json, port }) =>
  Effect.flatMap(
    askDaemon(port, (client) => client.policies.list()),
    show(json),
  ),
).pipe(Command.withDescription("List the policies; of two that cover one tool, the first decides"));

const show = (json: boolean) => (policies: ReadonlyArray<Policy>) =>
  json
    ? printJson(policies)
    : printTable(
        [{ title: "PATTERN" }, { title: "DECISION" }],
        policies.map(({ pattern, decision }) => [pattern, decision]),
        "There are no policies: tools that only read are allowed, and all others need approval.",
      );

const setCommand = Command.make(
  "set",
  {
    pattern: patternArgument,
    decision: Args.choice(
      PolicyDecision.literals.map((decision) => [decision, decision] as const),
      { name: "decision" },
    ).pipe(Args.withDescription("allow, approve (ask a person first) or block")),
    json: jsonOption,
    port: portOption,
  },
  ({ pattern, decision, json, port }) =>
    Effect.gen(function* () {
      const policy = yield* check(Policy, { pattern, decision });
      const policies = yield* askDaemon(port, (client) =>
        Effect.flatMap(client.policies.list(), (all) =>
          client.policies.replace({
            payload: [...all.filter((other) => other.pattern !== policy.pattern), policy],
          }),
        ),
      );
      yield* json ? printJson(policies) : Console.log(`${pattern}: ${decision}`);
    }),
).pipe(Command.withDescription("Decide about the tools that a pattern covers"));

const removeCommand = Command.make(
  "remove",
  { pattern: patternArgument, json: jsonOption, port: portOption },
  ({ pattern, json, port }) =>
    Effect.gen(function* () {
      const policies = yield* askDaemon(port, (client) =>
        Effect.gen(function* () {
          const all = yield* client.policies.list();
          const rest = all.filter((policy) => policy.pattern !== pattern);
          if (rest.length === all.length) {
            return yield* new CommandError({ message: `There is no policy ${pattern}.` });
          }
          return yield* client.policies.replace({ payload: rest });
        }),
      );
      yield* json ? printJson(policies) : Console.log(`Removed ${pattern}.`);
    }),
).pipe(Command.withDescription("Take a policy back"));

export const policiesCommand = Command.make("policies").pipe(
  Command.withDescription("Say which tools may be called, need approval or are blocked"),
  Command.withSubcommands([listCommand, setCommand, removeCommand]),
);
