import { Args, Command, Options } from "@effect/cli";
import type { Source } from "@executor/sdk/schemas";
import { Console, Effect, Option } from "effect";
import { askDaemon } from "../../client/daemon.ts";
import { print, printRows } from "../../terminal/output.ts";
import type { Column } from "../../terminal/table.ts";
import { count, time } from "../../terminal/units.ts";
import { readText } from "../input.ts";
import { jsonOption, portOption } from "../options.ts";
import { addCommand } from "./add.ts";

const namespaceArgument = Args.text({ name: "namespace" }).pipe(
  Args.withDescription("The source, as executor sources list shows it"),
);

const columns: ReadonlyArray<Column<Source>> = [
  { title: "NAMESPACE", cell: ({ namespace }) => namespace },
  { title: "KIND", cell: ({ kind }) => kind },
  { title: "TOOLS", align: "right", cell: ({ toolCount }) => String(toolCount) },
  {
    title: "REFRESHED",
    cell: ({ refreshedAt }) => (refreshedAt === null ? "-" : time(refreshedAt)),
  },
  { title: "NAME", cell: ({ name }) => name },
  { title: "URL", cell: ({ url }) => url ?? "-" },
  { title: "LAST ERROR", cell: ({ lastError }) => lastError ?? "-" },
];

const listCommand = Command.make("list", { json: jsonOption, port: portOption }, ({ json, port }) =>
  Effect.flatMap(
    askDaemon(port, (client) => client.sources.list()),
    (sources) => printRows(json, sources, columns, "There are no sources yet."),
  ),
).pipe(Command.withDescription("List the sources"));

const removeCommand = Command.make(
  "remove",
  { namespace: namespaceArgument, port: portOption },
  ({ namespace, port }) =>
    Effect.zipRight(
      askDaemon(port, (client) => client.sources.remove({ path: { namespace } })),
      Console.log(`Removed ${namespace}.`),
    ),
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
      const tools = count(source.toolCount, "tool");
      yield* print(json, source, `Refreshed ${source.namespace}: ${tools}.`);
    }),
).pipe(Command.withDescription("Read a source's description again"));

export const sourcesCommand = Command.make("sources").pipe(
  Command.withDescription("Add, list, remove and refresh sources"),
  Command.withSubcommands([addCommand, listCommand, removeCommand, refreshCommand]),
);
