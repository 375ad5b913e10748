import { Args, Command, Options, Prompt } from "@effect/cli";
import {
  McpTransport,
  NewSource,
  shownUrl,
  SourceSettings,
  type SourceUnreachable,
} from "@executor/sdk/schemas";
import { Effect, Option } from "effect";
import type { DaemonClient } from "../../client/daemon.ts";
import { CommandError, usageError } from "../../terminal/command-error.ts";
import { isInteractive } from "../../terminal/output.ts";
import { oneLine } from "../../terminal/printable.ts";
import { failUnlessReady, whyNotReady } from "../../terminal/source-state.ts";
import { count } from "../../terminal/units.ts";
import { tellingWait } from "../../terminal/waiting.ts";
import { firstWarnings } from "../../terminal/warnings.ts";
import { answer } from "../answer.ts";
import { check } from "../input.ts";
import { optionalText, terms, textArgument, texts } from "../options.ts";
import { readCredentials, readHeader, readVariable } from "./credential.ts";
import { resolveWord } from "./location.ts";
import { field, readingOptions, readingSettings } from "./settings.ts";

/** Kinds of source that can be added. */
const sourceKinds = ["openapi", "mcp", "graphql"] as const;

const locationArgument = Args.optional(
  textArgument(
    "url-or-file",
    "The description or the server; - reads a description from standard input. For an MCP server over stdio, give its program after --",
  ),
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
  ...readingOptions,
};

type Given = Command.Command.ParseConfig<typeof options>;

export const addCommand = Command.make(
  "add",
  { location: locationArgument, ...options, ...terms },
  ({ location, json, port, ...given }) =>
    answer(
      { json, port },
      (client) =>
        Effect.gen(function* () {
          const settings = {
            ...field("baseUrl", given.baseUrl),
            ...field("transport", given.transport),
            ...(yield* readingSettings(given)),
            ...(yield* readCredentials("headers", given.headers, readHeader)),
            ...(yield* readCredentials("env", given.env, readVariable)),
            ...(yield* resolveLocation(location, given)),
          };
          const found = yield* detect(client, yield* check(SourceSettings, settings), given);
          const newSource = { ...settings, ...found, ...field("name", given.name) };
          const payload = yield* check(NewSource, newSource);
          return yield* tellingWait(waitedFor(payload))(client.sources.add({ payload }));
        }),
      (source) =>
        [
          `Added ${source.namespace}: ${oneLine(source.name)}, ${count(source.toolCount, "tool")}.`,
          ...whyNotReady(source),
          ...firstWarnings(source),
        ].join("\n"),
    ).pipe(Effect.flatMap(failUnlessReady)),
).pipe(
  Command.withDescription("Add a source: an OpenAPI document, an MCP server, a GraphQL endpoint"),
);

/** What a command waits for that adds a source. */
export const waitedFor = ({ args = [], command, url }: NewSource): string =>
  command === undefined
    ? `${url === undefined ? "the description" : shownUrl(url)} to be read.`
    : oneLine(
        `the program ${[command, ...args].join(" ")} to start and to list its tools. A first start may have to download it.`,
      );

/** The settings that say where a source is: its URL, its description as text, or the program of an MCP server. */
const resolveLocation = (location: Option.Option<string>, { command, args, cwd }: Given) => {
  if (Option.isSome(location) && Option.isSome(command)) {
    return usageError("Give either a URL or a file, or a program, and not both.");
  }
  if (Option.isSome(location)) return resolveWord(location.value);
  return Option.match(command, {
    onNone: () =>
      usageError(
        "Say what to add: a URL, a file, - for standard input, or -- and the program of an MCP server.",
      ),
    onSome: (program) =>
      Effect.succeed({
        command: program,
        args,
        // Relative paths among the arguments belong to the folder in which they were typed.
        cwd: Option.getOrElse(cwd, () => process.cwd()),
      }),
  });
};

/** The kind and namespace of the source that these settings describe: as given, else as the daemon detects them. */
const detect = Effect.fn("detect")(function* (
  client: DaemonClient,
  settings: SourceSettings,
  given: Given,
) {
  if (Option.isSome(given.kind) && Option.isSome(given.namespace)) {
    return { kind: given.kind.value, namespace: given.namespace.value };
  }
  const all = yield* client.sources
    .detect({ payload: settings })
    .pipe(Effect.catchTag("SourceUnreachable", hintKeeping));
  const matches = all.filter(({ kind }) => Option.getOrElse(given.kind, () => kind) === kind);
  const [first, second] = matches;
  if (first === undefined) return yield* nothingFound(given.kind);
  const chosen = second === undefined ? first : yield* choose(matches);
  return {
    kind: chosen.kind,
    namespace: Option.getOrElse(given.namespace, () => chosen.namespace),
  };
});

/** A server whose kind is known can be added all the same, and is read later. */
const hintKeeping = ({ code, message }: SourceUnreachable) =>
  new CommandError({
    message:
      code === undefined
        ? message
        : `${message} To add a server now that is read later, say what it is: --kind mcp or --kind graphql, and --namespace.`,
  });

const nothingFound = (kind: Option.Option<string>) =>
  new CommandError({
    message: Option.match(kind, {
      onNone: () =>
        `Executor detects no kind of source here. Name the kind with --kind ${sourceKinds.join("|")}, and --namespace.`,
      onSome: (named) =>
        `This does not look like ${named}. To read it as ${named} nevertheless, give it a --namespace.`,
    }),
  });

const choose = <A extends { readonly kind: string; readonly name: string }>(
  found: ReadonlyArray<A>,
) =>
  isInteractive()
    ? Prompt.select({
        message: "It can be read in more than one way. Which is meant?",
        choices: found.map((value) => ({ title: `${value.kind}: ${oneLine(value.name)}`, value })),
      }).pipe(Effect.mapError(() => new CommandError({ message: "Nothing was added." })))
    : new CommandError({
        message: `It can be read in more than one way. Choose one: ${found.map(({ kind }) => `--kind ${kind}`).join(" or ")}.`,
      });
