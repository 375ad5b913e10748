import { Args, Command } from "@effect/cli";
import { type ElicitationAction, JsonObject } from "@executor/sdk/schemas";
import { Effect, Option } from "effect";
import type { DaemonClient } from "../client/daemon.ts";
import { CommandError, usageError } from "../terminal/command-error.ts";
import { describePause } from "../terminal/execution.ts";
import { isInteractive } from "../terminal/output.ts";
import { follow } from "./follow.ts";
import { check, readJson } from "./input.ts";
import { flag, optionalText, terms, textArgument } from "./options.ts";

/** Answers a question of a paused execution; without an answer on the command line, asks the person for it. */
export const resumeCommand = Command.make(
  "resume",
  {
    execution: textArgument("execution", "The execution that waits"),
    approval: Args.optional(
      textArgument(
        "approval",
        "The question; needed where the execution waits for several answers",
      ),
    ),
    accept: flag("accept", "Let the call be made"),
    decline: flag("decline", "Refuse it"),
    cancel: flag("cancel", "Neither: do not call it, and say no more"),
    content: optionalText("content", "The answers to a form: JSON, @file, or - for standard input"),
    ...terms,
  },
  ({ execution: id, approval, content, json, port, ...flags }) =>
    Effect.gen(function* () {
      const action = yield* chooseAction(flags);
      if (action === undefined) {
        if (json || !isInteractive()) return yield* noAnswer;
        return yield* follow({ json, port }, (client) => client.executions.get({ path: { id } }));
      }
      const answers = yield* readContent(content);
      yield* follow({ json, port }, (client) =>
        Effect.flatMap(chooseApproval(client, id, approval, port), (approvalId) =>
          client.executions.resume({ path: { id }, payload: { approvalId, action, ...answers } }),
        ),
      );
    }),
).pipe(Command.withDescription("Answer a question that an execution waits for"));

const noAnswer = usageError("Say how to answer: --accept, --decline or --cancel.");

const chooseAction = (flags: Readonly<Record<ElicitationAction, boolean>>) => {
  const given = (["accept", "decline", "cancel"] as const).filter((action) => flags[action]);
  return given.length > 1
    ? usageError(
        `Only one of ${given.map((action) => `--${action}`).join(" and ")} can be the answer.`,
      )
    : Effect.succeed(given[0]);
};

const Content = JsonObject.annotations({
  message: () => 'The answers to a form are a JSON object, such as \'{"name": "value"}\'.',
});

const readContent = (content: Option.Option<string>) =>
  Option.match(content, {
    onNone: () => Effect.succeed({}),
    onSome: (word) =>
      readJson(word, "The content").pipe(
        Effect.flatMap((value) => check(Content, value)),
        Effect.map((answers) => ({ content: answers })),
      ),
  });

/** The identifier of the named question, or of the only open one. */
const chooseApproval = (
  client: DaemonClient,
  id: string,
  named: Option.Option<string>,
  port: number,
) =>
  Option.isSome(named)
    ? Effect.succeed(named.value)
    : Effect.flatMap(client.executions.get({ path: { id } }), (execution) => {
        const [approval, another] = execution.approvals;
        if (approval === undefined) {
          return new CommandError({
            message: `The execution ${id} waits for no answer: it is ${execution.status}.`,
          });
        }
        return another === undefined
          ? Effect.succeed(approval.id)
          : new CommandError({ message: describePause(execution, port) });
      });
