import { Command } from "@effect/cli";
import { NewToolkit, type Toolkit, ToolkitEdit } from "@executor/sdk/schemas";
import { Effect } from "effect";
import { usageError } from "../../terminal/command-error.ts";
import { oneLine } from "../../terminal/printable.ts";
import type { Column } from "../../terminal/table.ts";
import { answer, answerRows } from "../answer.ts";
import { check } from "../input.ts";
import { flag, optionalText, portOption, terms, textArgument, texts } from "../options.ts";
import { editOf, readPolicies } from "./changes.ts";

const nameArgument = textArgument("name", "The toolkit, such as triage");

const given = {
  description: optionalText("description", "What it is for"),
  policies: texts("policy", "PATTERN=DECISION, which comes before the policies of all"),
  listTools: flag("list-tools", "List its tools to MCP clients beside execute"),
};

const addCommand = Command.make(
  "add",
  {
    name: nameArgument,
    tools: texts("tools", "A pattern of its tools, such as github.issues.* or linear.*"),
    ...given,
    ...terms,
  },
  ({ name, tools, description, policies, listTools, ...asked }) =>
    answer(
      asked,
      (client) =>
        Effect.gen(function* () {
          if (tools.length === 0) {
            return yield* usageError("Say which tools it has: --tools 'github.issues.*'");
          }
          const payload = yield* check(NewToolkit, {
            name,
            tools,
            policies: yield* readPolicies(policies),
            listTools,
            ...(description._tag === "Some" && { description: description.value }),
          });
          return yield* client.toolkits.add({ payload });
        }),
      (toolkit) => `Added ${summary(toolkit)}. Its MCP endpoint is /mcp/${toolkit.name}.`,
    ),
).pipe(Command.withDescription("Name a subset of the tools"));

const summary = ({ name, tools }: Toolkit): string => `${name}: ${tools.join(", ")}`;

const columns: ReadonlyArray<Column<Toolkit>> = [
  { title: "NAME", cell: ({ name }) => name },
  { title: "TOOLS", cell: ({ tools }) => tools.join(", ") },
  { title: "POLICIES", align: "right", cell: ({ policies }) => String(policies.length) },
  { title: "LISTED", cell: ({ listTools }) => yesOrNo(listTools) },
  { title: "DESCRIPTION", cell: ({ description }) => description },
];

const yesOrNo = (is: boolean): string => (is ? "yes" : "no");

const listCommand = Command.make("list", terms, (asked) =>
  answerRows(asked, (client) => client.toolkits.list(), columns, "There are no toolkits yet."),
).pipe(Command.withDescription("List the toolkits"));

const showCommand = Command.make("show", { name: nameArgument, ...terms }, ({ name, ...asked }) =>
  answer(asked, (client) => client.toolkits.get({ path: { name } }), shown),
).pipe(Command.withDescription("Show a toolkit; tools search --toolkit shows its tools"));

const shown = ({ name, description, tools, policies, listTools }: Toolkit): string =>
  [
    `${name}${description === "" ? "" : `: ${oneLine(description)}`}`,
    `MCP endpoint  /mcp/${name}`,
    `Tools listed  ${yesOrNo(listTools)}`,
    "Tools",
    ...tools.map((pattern) => `  ${pattern}`),
    ...(policies.length === 0 ? [] : ["Policies"]),
    ...policies.map(({ pattern, decision }) => `  ${pattern} ${decision}`),
  ].join("\n");

const editCommand = Command.make(
  "edit",
  {
    name: nameArgument,
    tools: texts("tools", "A further pattern of its tools"),
    removedTools: texts("remove-tools", "A pattern that it no longer has"),
    ...given,
    removedPolicies: texts("remove-policy", "The pattern of a policy that it no longer has"),
    noListTools: flag("no-list-tools", "List none of its tools"),
    ...terms,
  },
  ({ name, json, port, ...changes }) =>
    answer(
      { json, port },
      (client) =>
        Effect.gen(function* () {
          const before = yield* client.toolkits.get({ path: { name } });
          const payload = yield* check(ToolkitEdit, yield* editOf(before, changes));
          if (Object.keys(payload).length === 0) {
            return yield* usageError("Say what to change; --help lists the options.");
          }
          return yield* client.toolkits.edit({ path: { name }, payload });
        }),
      (toolkit) => `Changed ${summary(toolkit)}.`,
    ),
).pipe(Command.withDescription("Change a toolkit, from the next call on"));

const removeCommand = Command.make(
  "remove",
  { name: nameArgument, port: portOption },
  ({ port, ...path }) =>
    answer(
      { json: false, port },
      (client) => client.toolkits.remove({ path }),
      () => `Removed ${path.name}.`,
    ),
).pipe(Command.withDescription("Remove a toolkit; its tools stay"));

export const toolkitsCommand = Command.make("toolkits").pipe(
  Command.withDescription("Name subsets of the tools, each with an MCP endpoint of its own"),
  Command.withSubcommands([addCommand, listCommand, showCommand, editCommand, removeCommand]),
);
