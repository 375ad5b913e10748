import { Command, Options, Prompt } from "@effect/cli";
import { NewSecret, type Secret, SecretName } from "@executor/sdk/schemas";
import { Console, Effect, Redacted } from "effect";
import { CommandError } from "../terminal/command-error.ts";
import { isInteractive } from "../terminal/output.ts";
import type { Column } from "../terminal/table.ts";
import { time } from "../terminal/units.ts";
import { answer, answerRows } from "./answer.ts";
import { check, readText } from "./input.ts";
import { portOption, terms, textArgument } from "./options.ts";

const nameArgument = textArgument("name", "The secret's name");

const columns: ReadonlyArray<Column<Secret>> = [
  { title: "NAME", cell: ({ name }) => name },
  { title: "UPDATED", cell: ({ updatedAt }) => time(updatedAt) },
  { title: "USED BY", cell: ({ usedBy }) => (usedBy.length === 0 ? "-" : usedBy.join(", ")) },
  { title: "ORIGINS", cell: ({ origins }) => origins.join(", ") },
];

const listCommand = Command.make("list", terms, (given) =>
  answerRows(given, (client) => client.secrets.list(), columns, "There are no secrets yet."),
).pipe(Command.withDescription("List the secrets, without their values"));

const setCommand = Command.make(
  "set",
  {
    name: nameArgument,
    origins: Options.text("origin").pipe(
      Options.withDescription(
        "Where it may be sent: https://api.github.com, or stdio:npx for a program; may be repeated",
      ),
      Options.atLeast(1),
    ),
    ...terms,
  },
  ({ name, origins, ...given }) =>
    answer(
      given,
      (client) =>
        Effect.gen(function* () {
          const path = { name: yield* check(SecretName, name) };
          const value = Redacted.value(yield* readValue);
          const payload = yield* check(NewSecret, { value, origins });
          return yield* client.secrets.put({ path, payload });
        }),
      (secret) => `Set ${secret.name}.`,
    ),
).pipe(
  Command.withDescription("Set a secret; its value is asked for, or read from standard input"),
);

/** The value is never an argument: the shell's history keeps arguments, and other users of the machine can see them. */
const readValue = Effect.gen(function* () {
  if (isInteractive()) {
    return yield* Prompt.hidden({ message: "Value" }).pipe(
      Effect.mapError(() => new CommandError({ message: "Nothing was set." })),
    );
  }
  // The line feed that `echo` or a file adds at the end is no part of the value.
  return Redacted.make((yield* readText("-")).replace(/\r?\n$/, ""));
});

const removeCommand = Command.make(
  "remove",
  { name: nameArgument, port: portOption },
  ({ name, port }) =>
    answer(
      { json: false, port },
      (client) => client.secrets.remove({ path: { name } }),
      () => `Removed ${name}.`,
    ),
).pipe(Command.withDescription("Remove a secret that no source uses"));

const rotateCommand = Command.make("rotate-key", {}, () =>
  // The other commands start faster without the daemon's modules.
  Effect.flatMap(
    Effect.promise(() => import("../server/rotate-key.ts")),
    ({ rotateDaemonKey }) =>
      Effect.flatMap(rotateDaemonKey, ({ inVariable, secrets, sources }) =>
        Console.log(
          `Sealed ${secrets} secrets and the settings of ${sources} sources with the new key.${inVariable ? " Start the daemon with it as EXECUTOR_SECRET_KEY." : ""}`,
        ),
      ),
  ),
).pipe(
  Command.withDescription(
    "Encrypt the database with a new key: that in EXECUTOR_NEW_SECRET_KEY, or a random one. Stop the daemon first",
  ),
);

export const secretsCommand = Command.make("secrets").pipe(
  Command.withDescription("Keep the values that sources need, such as tokens"),
  Command.withSubcommands([listCommand, setCommand, removeCommand, rotateCommand]),
);
