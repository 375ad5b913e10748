import { Args, Command, Options, Prompt } from "@effect/cli";
import type { Secret } from "@executor/sdk/schemas";
import { NewSecret, SecretName } from "@executor/sdk/schemas";
import { Console, Effect, Redacted } from "effect";
import { check } from "./check.ts";
import { CommandError } from "../terminal/command-error.ts";
import { askDaemon } from "../client/daemon.ts";
import { readText } from "./input.ts";
import { jsonOption, printJson, printTable } from "../terminal/output.ts";
import { portOption } from "./options.ts";
import { isInteractive } from "../terminal/console.ts";
import { time } from "../terminal/units.ts";

const nameArgument = Args.text({ name: "name" }).pipe(Args.withDescription("The secret's name"));

const listCommand = Command.make("list", { json: jsonOption, port: portOption }, ({ json, port }) =>
  Effect.gen(function* () {
    const secrets = yield* askDaemon(port, (client) => client.secrets.list());
    yield* json
      ? printJson(secrets)
      : printTable(columns, secrets.map(row), "There are no secrets yet.");
  }),
).pipe(Command.withDescription("List the secrets, without their values"));

const columns = [
  { title: "NAME" },
  { title: "UPDATED" },
  { title: "USED BY" },
  { title: "ORIGINS" },
] as const;

const row = ({ name, updatedAt, usedBy, origins }: Secret): ReadonlyArray<string> => [
  name,
  time(updatedAt),
  usedBy.length === 0 ? "-" : usedBy.join(", "),
  origins.join(", "),
];

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
    json: jsonOption,
    port: portOption,
  },
  ({ name, origins, json, port }) =>
    Effect.gen(function* () {
      const checkedName = yield* check(SecretName, name);
      const value = Redacted.value(yield* readValue);
      const payload = yield* check(NewSecret, { value, origins });
      const secret = yield* askDaemon(port, (client) =>
        client.secrets.put({ path: { name: checkedName }, payload }),
      );
      yield* json ? printJson(secret) : Console.log(`Set ${secret.name}.`);
    }),
).pipe(
  Command.withDescription("Set a secret; its value is asked for, or read from standard input"),
);

/** Never an argument: those are in the shell's history, and other users of the machine can see them. */
const readValue = Effect.gen(function* () {
  if (isInteractive()) {
    return yield* Prompt.hidden({ message: "Value" }).pipe(
      Effect.mapError(() => new CommandError({ message: "Nothing was set." })),
    );
  }
  // What echo and files add at the end is not meant.
  return Redacted.make((yield* readText("-")).replace(/\r?\n$/, ""));
});

const removeCommand = Command.make(
  "remove",
  { name: nameArgument, port: portOption },
  ({ name, port }) =>
    Effect.gen(function* () {
      yield* askDaemon(port, (client) => client.secrets.remove({ path: { name } }));
      yield* Console.log(`Removed ${name}.`);
    }),
).pipe(Command.withDescription("Remove a secret that no source uses"));

export const secretsCommand = Command.make("secrets").pipe(
  Command.withDescription("Keep the values that sources need, such as tokens"),
  Command.withSubcommands([listCommand, setCommand, removeCommand]),
);
