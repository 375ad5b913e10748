import { Args, Command, Options } from "@effect/cli";
import { McpTransport, NewSource, SourceSettings } from "@executor/sdk/schemas";
import { Console, Effect, Option } from "effect";
import { check } from "../check.ts";
import { CommandError, exitCodes } from "../../terminal/command-error.ts";
import { readHeader, readVariable } from "./credential.ts";
import type { Credential, ReadCredential } from "./credential.ts";
import { askDaemon } from "../../client/daemon.ts";
import { jsonOption, printJson } from "../../terminal/output.ts";
import { portOption } from "../options.ts";
import { oneLine } from "../../terminal/printable.ts";
import { detectSource, sourceKinds } from "./detect.ts";
import { count } from "../../terminal/units.ts";
import { locate } from "./location.ts";

const optionalText = (name: string, description: string) =>
  Options.text(name).pipe(Options.withDescription(description), Options.optional);

const texts = (name: string, description: string) =>
  Options.text(name).pipe(Options.withDescription(description), Options.repeated);

const locationArgument = Args.text({ name: "url-or-file" }).pipe(
  Args.withDescription(
    "The description or the server; - reads a description from standard input. For an MCP server over stdio, give its program after --",
  ),
  Args.optional,
);

const options = {
  namespace: optionalText("namespace", "The first segment of its tools; found out unless given"),
  kind: Options.choice("kind", sourceKinds).pipe(
    Options.withDescription("What it is; found out unless given"),
    Options.optional,
  ),
  name: optionalText("name", "In place of its own title"),
  baseUrl: optionalText("base-url", "Where calls go, in place of what the description says"),
  headers: texts("header", "Sent with every call: 'Name: value' or 'Name: secret:NAME'"),
  transport: Options.choice("transport", McpTransport.literals).pipe(
    Options.withDescription("How an MCP server is spoken to; found out unless given"),
    Options.optional,
  ),
  command: optionalText("command", "The program of an MCP server over stdio"),
  args: texts("arg", "An argument of the program"),
  env: texts("env", "A variable of the program: NAME=value or NAME=secret:NAME"),
  cwd: optionalText("cwd", "Where the program starts; here unless given"),
};

export const addCommand = Command.make(
  "add",
  { location: locationArgument, ...options, json: jsonOption, port: portOption },
  ({ location, json, port, ...given }) =>
    Effect.gen(function* () {
      const settings = {
        ...optional("baseUrl", given.baseUrl),
        ...optional("transport", given.transport),
        ...(yield* record("headers", given.headers, readHeader)),
        ...(yield* record("env", given.env, readVariable)),
        ...(yield* whereItIs(location, given)),
      };
      const checked = yield* check(SourceSettings, settings);
      const source = yield* askDaemon(port, (client) =>
        Effect.gen(function* () {
          const found = yield* detectSource(client, checked, given);
          const newSource = { ...settings, ...found, ...optional("name", given.name) };
          return yield* client.sources.add({ payload: yield* check(NewSource, newSource) });
        }),
      );
      yield* json
        ? printJson(source)
        : Console.log(
            `Added ${source.namespace}: ${oneLine(source.name)}, ${count(source.toolCount, "tool")}.`,
          );
    }),
).pipe(
  Command.withDescription("Add a source: an OpenAPI document, an MCP server, a GraphQL endpoint"),
);

interface Program {
  readonly command: Option.Option<string>;
  readonly args: ReadonlyArray<string>;
  readonly cwd: Option.Option<string>;
}

const whereItIs = (location: Option.Option<string>, { command, args, cwd }: Program) => {
  if (Option.isSome(location) && Option.isSome(command)) {
    return usage("Give either a URL or a file, or a program, and not both.");
  }
  if (Option.isSome(location)) return locate(location.value);
  return Option.match(command, {
    onNone: () =>
      usage(
        "Say what to add: a URL, a file, - for standard input, or -- and the program of an MCP server.",
      ),
    onSome: (program) =>
      Effect.succeed({
        command: program,
        args,
        // What is relative in its arguments is so to where they were typed.
        cwd: Option.getOrElse(cwd, () => process.cwd()),
      }),
  });
};

const usage = (message: string) => new CommandError({ message, exitCode: exitCodes.usage });

/** Nothing where the option was not given: the daemon knows an absent field from an empty one. */
const optional = (name: string, value: Option.Option<string>) =>
  Option.match(value, { onNone: () => ({}), onSome: (text) => ({ [name]: text }) });

const record = (
  field: "headers" | "env",
  given: ReadonlyArray<string>,
  read: (text: string) => ReadCredential,
) =>
  Effect.gen(function* () {
    const entries: Record<string, Credential> = {};
    for (const text of given) {
      const result = read(text);
      if ("problem" in result) return yield* usage(result.problem);
      entries[result.name] = result.value;
    }
    return given.length === 0 ? {} : { [field]: entries };
  });
