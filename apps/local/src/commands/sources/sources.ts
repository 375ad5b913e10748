import { Command } from "@effect/cli";
import type { Source } from "@executor/sdk/schemas";
import { Effect, Option } from "effect";
import type { Column } from "../../terminal/table.ts";
import { count, time } from "../../terminal/units.ts";
import { afterReading } from "../../terminal/tool-changes.ts";
import { stateWord } from "../../terminal/source-state.ts";
import { answer, answerRows } from "../answer.ts";
import { readText } from "../input.ts";
import { optionalText, portOption, terms } from "../options.ts";
import { addCommand } from "./add.ts";
import { importCommand } from "../import/import.ts";
import { editCommand } from "./edit.ts";
import { namespaceArgument } from "./namespace.ts";
import { reviewCommand } from "./review.ts";
import { showCommand } from "./show.ts";

const columns: ReadonlyArray<Column<Source>> = [
  { title: "NAMESPACE", cell: ({ namespace }) => namespace },
  { title: "KIND", cell: ({ kind }) => kind },
  { title: "STATE", cell: stateWord },
  { title: "TOOLS", align: "right", cell: ({ toolCount }) => String(toolCount) },
  { title: "WAITING", align: "right", cell: ({ pendingToolCount }) => String(pendingToolCount) },
  { title: "WARNINGS", align: "right", cell: ({ warningCount }) => String(warningCount) },
  {
    title: "REFRESHED",
    cell: ({ refreshedAt }) => (refreshedAt === null ? "-" : time(refreshedAt)),
  },
  { title: "NAME", cell: ({ name }) => name },
  { title: "URL", cell: ({ url }) => url ?? "-" },
  { title: "LAST ERROR", cell: ({ lastError }) => lastError ?? "-" },
];

const listCommand = Command.make("list", terms, (given) =>
  answerRows(given, (client) => client.sources.list(), columns, "There are no sources yet."),
).pipe(Command.withDescription("List the sources"));

const removeCommand = Command.make(
  "remove",
  { namespace: namespaceArgument, port: portOption },
  ({ namespace, port }) =>
    answer(
      { json: false, port },
      (client) => client.sources.remove({ path: { namespace } }),
      () => `Removed ${namespace}.`,
    ),
).pipe(Command.withDescription("Remove a source with its tools"));

const documentOption = optionalText(
  "document",
  "The new description of a source that was added as text: a file, or - for standard input",
);

const refreshCommand = Command.make(
  "refresh",
  { namespace: namespaceArgument, document: documentOption, ...terms },
  ({ namespace, document, ...given }) =>
    answer(
      given,
      (client) =>
        Effect.gen(function* () {
          const payload = Option.isSome(document)
            ? { document: yield* readText(document.value) }
            : {};
          return yield* client.sources.refresh({ path: { namespace }, payload });
        }),
      (source) =>
        [
          `Refreshed ${source.namespace}: ${count(source.toolCount, "tool")}.`,
          ...afterReading(source),
        ].join("\n"),
    ),
).pipe(Command.withDescription("Read a source's description again"));

export const sourcesCommand = Command.make("sources").pipe(
  Command.withDescription("Add, show, change and remove sources"),
  Command.withSubcommands([
    addCommand,
    listCommand,
    showCommand,
    editCommand,
    removeCommand,
    refreshCommand,
    reviewCommand,
    importCommand,
  ]),
);
