import { Command } from "@effect/cli";
import type { Execution, ExecutionSummary } from "@executor/execution/schemas";
import { contentText, describeCaller, describePause, outputText } from "../terminal/execution.ts";
import { printable } from "../terminal/printable.ts";
import type { Column } from "../terminal/table.ts";
import { count, seconds, time } from "../terminal/units.ts";
import { answer, answerRows } from "./answer.ts";
import { field } from "./sources/settings.ts";
import { limitOption, terms, textArgument, toolkitOption } from "./options.ts";

const columns: ReadonlyArray<Column<ExecutionSummary>> = [
  { title: "ID", cell: ({ id }) => id },
  { title: "STATUS", cell: ({ status }) => status },
  { title: "BY", cell: describeCaller },
  { title: "TOOLKIT", cell: ({ toolkit }) => toolkit ?? "-" },
  { title: "STARTED", cell: ({ startedAt }) => time(startedAt) },
  { title: "TOOK", align: "right", cell: ({ durationMs }) => seconds(durationMs / 1000) },
  { title: "CALLS", align: "right", cell: ({ toolCalls }) => String(toolCalls) },
];

const listCommand = Command.make(
  "list",
  { limit: limitOption(20), toolkit: toolkitOption("those with"), ...terms },
  ({ limit, toolkit, ...given }) =>
    answerRows(
      given,
      (client) => client.executions.list({ urlParams: { limit, ...field("toolkit", toolkit) } }),
      columns,
      "There are no executions yet.",
    ),
).pipe(Command.withDescription("List the last executions, the latest first"));

const showCommand = Command.make(
  "show",
  { id: textArgument("id", "The execution"), ...terms },
  ({ id, ...given }) =>
    answer(
      given,
      (client) => client.executions.get({ path: { id } }),
      (execution) => printable(describe(execution, given.port)),
    ),
).pipe(Command.withDescription("Show one execution with its code"));

const describe = (execution: Execution, port: number): string => {
  const { output, error, console } = execution;
  const parts = [
    `${execution.id} ${execution.status}, by ${describeCaller(execution)}, ${time(execution.startedAt)}, ` +
      `${seconds(execution.durationMs / 1000)}, ${count(execution.toolCalls, "tool call")}`,
    execution.code.trimEnd(),
    console.map(({ level, text }) => `[${level}] ${text}`).join("\n"),
    contentText(execution),
    output === null ? "" : outputText(output),
    error === null ? "" : `${error.name}: ${error.message}`,
    execution.approvals.length === 0 ? "" : describePause(execution, port),
  ];
  return parts.filter((part) => part !== "").join("\n\n");
};

export const executionsCommand = Command.make("executions").pipe(
  Command.withDescription("See what ran"),
  Command.withSubcommands([listCommand, showCommand]),
);
