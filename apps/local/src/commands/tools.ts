import { Args, Command } from "@effect/cli";
import type { Tool, ToolAnnotations, ToolSummary } from "@executor/sdk/schemas";
import { Console, Effect, Option } from "effect";
import { askDaemon } from "../client/daemon.ts";
import { type SchemaField, schemaFields, typeText } from "../terminal/json-schema.ts";
import { outputWidth, print } from "../terminal/output.ts";
import { printable } from "../terminal/printable.ts";
import { type Column, table } from "../terminal/table.ts";
import { answer, printRows } from "./answer.ts";
import { limitOption, optionalText, terms, textArgument, toolkitOption } from "./options.ts";

const searchCommand = Command.make(
  "search",
  {
    words: Args.repeated(
      textArgument("word", "What the tool does; without words, all tools are listed"),
    ),
    namespace: optionalText("namespace", "Only tools of this source"),
    toolkit: toolkitOption("the tools of"),
    limit: limitOption(20),
    cursor: optionalText("cursor", "Where the page before ended"),
    ...terms,
  },
  ({ words, namespace, toolkit, limit, cursor, json, port }) =>
    Effect.gen(function* () {
      const page = yield* askDaemon(port, (client) =>
        client.tools.list({
          urlParams: {
            query: words.join(" "),
            limit,
            namespace: Option.getOrUndefined(namespace),
            toolkit: Option.getOrUndefined(toolkit),
            cursor: Option.getOrUndefined(cursor),
          },
        }),
      );
      if (json) return yield* print(json, page, "");
      yield* printRows(json, page.items, toolColumns, "No tool was found.");
      if (page.nextCursor !== null) {
        yield* Console.error(`There are more: --cursor ${page.nextCursor}`);
      }
    }),
).pipe(Command.withDescription("Find tools by what they do"));

/** Columns of a list of tools. */
export const toolColumns: ReadonlyArray<Column<ToolSummary>> = [
  { title: "ADDRESS", cell: ({ address }) => address },
  { title: "EFFECT", cell: ({ annotations }) => effectOf(annotations) },
  { title: "DESCRIPTION", cell: ({ description }) => description },
];

const effectOf = ({ readOnly, destructive }: ToolAnnotations): string =>
  destructive ? "destroys" : readOnly ? "reads" : "writes";

const describeCommand = Command.make(
  "describe",
  { address: textArgument("address", "The tool, such as github.repos.get"), ...terms },
  ({ address, ...given }) =>
    answer(
      given,
      (client) => client.tools.get({ path: { address } }),
      (tool) => describe(tool, outputWidth()),
    ),
).pipe(Command.withDescription("Show one tool with its input and its result"));

const fieldColumns: ReadonlyArray<Column<SchemaField>> = [
  { title: "NAME", cell: ({ name }) => name },
  { title: "TYPE", cell: ({ type }) => type },
  { title: "NEEDED", cell: ({ required }) => (required ? "yes" : "no") },
  { title: "DESCRIPTION", cell: ({ description }) => description },
];

const describe = (tool: Tool, width: number): string => {
  const fields = schemaFields(tool.inputSchema);
  const input =
    fields.length === 0
      ? `Input: ${typeText(tool.inputSchema)}`
      : `Input:\n${table(fieldColumns, fields, width)}`;
  const result = tool.outputSchema === null ? "not described" : typeText(tool.outputSchema);
  return printable(
    [
      `${tool.address} ${effectOf(tool.annotations)}`,
      tool.description.trim(),
      input,
      `Result: ${result}`,
    ]
      .filter((part) => part !== "")
      .join("\n\n"),
  );
};

export const toolsCommand = Command.make("tools").pipe(
  Command.withDescription("Find and read tools"),
  Command.withSubcommands([searchCommand, describeCommand]),
);
