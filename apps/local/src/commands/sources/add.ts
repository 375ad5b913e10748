import { Args, Command, Options } from "@effect/cli";
import { McpTransport, NewSource, SourceSettings } from "@executor/sdk/schemas";
import { Effect, Option } from "effect";
import { askDaemon } from "../../client/daemon.ts";
import { print } from "../../terminal/output.ts";
import { oneLine } from "../../terminal/printable.ts";
import { count } from "../../terminal/units.ts";
import { check } from "../input.ts";
import { jsonOption, portOption } from "../options.ts";
import { readCredentials, readHeader, readVariable } from "./credential.ts";
import { detectSource, sourceKinds } from "./detect.ts";
import { resolveLocation } from "./location.ts";

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
        ...(yield* readCredentials("headers", given.headers, readHeader)),
        ...(yield* readCredentials("env", given.env, readVariable)),
        ...(yield* resolveLocation(location, given)),
      };
      const checked = yield* check(SourceSettings, settings);
      const source = yield* askDaemon(port, (client) =>
        Effect.gen(function* () {
          const found = yield* detectSource(client, checked, given);
          const newSource = { ...settings, ...found, ...optional("name", given.name) };
          return yield* client.sources.add({ payload: yield* check(NewSource, newSource) });
        }),
      );
      const tools = count(source.toolCount, "tool");
      yield* print(json, source, `Added ${source.namespace}: ${oneLine(source.name)}, ${tools}.`);
    }),
).pipe(
  Command.withDescription("Add a source: an OpenAPI document, an MCP server, a GraphQL endpoint"),
);

/** A field for an option that was given: the daemon tells an absent field from an empty one. */
const optional = (name: string, value: Option.Option<string>) =>
  Option.match(value, { onNone: () => ({}), onSome: (text) => ({ [name]: text }) });
