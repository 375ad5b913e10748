import { Args, Command, Options } from "@effect/cli";
import type { Source } from "@executor/sdk/schemas";
import { Console, Effect, Option } from "effect";
import { askDaemon } from "../../client/daemon.ts";
import { readText } from "../input.ts";
import { jsonOption, printJson, printTable } from "../../terminal/output.ts";
import { portOption } from "../options.ts";
import { addCommand } from "./add.ts";
import { count, time } from "../../terminal/units.ts";

const namespaceArgument = Args.text({ name: "namespace" }).pipe(
  Args.withDescription("The source, as executor sources list shows it"),
);

const listCommand = Command.make("list", { json: jsonOption, port: portOption }, ({ json, port }) =>
  Effect.gen(function* () {
    const sources = yield* askDaemon(port, (client) => client.sources.list());
    yield* json
      ? printJson(sources)
      : printTable(columns, sources.map(row), "There are no sources yet.");
  }),
).pipe(Command.withDescription("List the sources"));

const columns = [
  { title: "NAMESPACE" },
  { title: "KIND" },
  { title: "TOOLS", align: "right" },
  { title: "REFRESHED" },
  { title: "NAME" },
  { title: "URL" },
  { title: "LAST ERROR" },
] as const;

const row = (source: Source): ReadonlyArray<string> => [
  source.namespace,
  source.kind,
  String(source.toolCount),
  source.refreshedAt === null ? "-" : time(source.refreshedAt),
  source.name,
  source.url ?? "-",
  source.lastError ?? "-",
];

const removeCommand = Command.make(
  "remove",
  { namespace: namespaceArgument, port: portOption },
  ({ namespace, port }) =>
    Effect.gen(function* () {
      yield* askDaemon(port, (client) => client.sources.remove({ path: { namespace } }));
      yield* Console.log(`Removed ${namespace}.`);
    }),
).pipe(Command.withDescription("Remove a source with its tools"));

const documentOption = Options.text("document").pipe(
  Options.withDescription(
    "The new description of a source that was added as text: a file, or - for standard input",
  ),
  Options.optional,
);

const refreshCommand = Command.make(
  "refresh",
  { namespace: namespaceArgument, document: documentOption, json: jsonOption, port: portOption },
  ({ namespace, document, json, port }) =>
    Effect.gen(function* () {
      const payload = Option.isSome(document) ? { document: yield* readText(document.value) } : {};
      const source = yield* askDaemon(port, (client) =>
        client.sources.refresh({ path: { namespace }, payload }),
      );
      yield* json
        ? printJson(source)
        : Console.log(`Refreshed ${source.namespace}: ${count(source.toolCount, "tool")}.`);
    }),
).pipe(Command.withDescription("Read a source's description again"));

export const sourcesCommand = Command.make("sources").pipe(
  Command.withDescription("Add, list, remove and refresh sources"),
  Command.withSubcommands([addCommand, listCommand, removeCommand, refreshCommand]),
);
