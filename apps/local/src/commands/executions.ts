import { Args, Command } from "@effect/cli";
import type { Execution, ExecutionSummary } from "@executor/execution/schemas";
import { Effect } from "effect";
import { askDaemon } from "../client/daemon.ts";
import { describePause, outputText } from "../terminal/execution.ts";
import { print, printRows } from "../terminal/output.ts";
import { printable } from "../terminal/printable.ts";
import type { Column } from "../terminal/table.ts";
import { count, seconds, time } from "../terminal/units.ts";
import { jsonOption, limitOption, portOption } from "./options.ts";

const columns: ReadonlyArray<Column<ExecutionSummary>> = [
  { title: "ID", cell: ({ id }) => id },
  { title: "STATUS", cell: ({ status }) => status },
  { title: "BY", cell: ({ trigger }) => trigger },
  { title: "STARTED", cell: ({ startedAt }) => time(startedAt) },
  { title: "TOOK", align: "right", cell: ({ durationMs }) => seconds(durationMs / 1000) },
  { title: "CALLS", align: "right", cell: ({ toolCalls }) => String(toolCalls) },
];

const listCommand = Command.make(
  "list",
  { limit: limitOption(20), json: jsonOption, port: portOption },
  ({ limit, json, port }) =>
    Effect.gen(function* () {
      const executions = yield* askDaemon(port, (client) =>
        client.executions.list({ urlParams: { limit } }),
      );
      yield* printRows(json, executions, columns, "There are no executions yet.");
    }),
).pipe(Command.withDescription("List the last executions, the latest first"));

const showCommand = Command.make(
  "show",
  {
    id: Args.text({ name: "id" }).pipe(Args.withDescription("The execution")),
    json: jsonOption,
    port: portOption,
  },
  ({ id, json, port }) =>
    Effect.gen(function* () {
      const execution = yield* askDaemon(port, (client) => client.executions.get({ path: { id } }));
      yield* print(json, execution, printable(describe(execution, port)));
    }),
).pipe(Command.withDescription("Show one execution with its code"));

const describe = (execution: Execution, port: number): string => {
  const { output, error, console } = execution;
  const parts = [
    `${execution.id} ${execution.status}, by ${execution.trigger}, ${time(execution.startedAt)}, ` +
      `${seconds(execution.durationMs / 1000)}, ${count(execution.toolCalls, "tool call")}`,
    execution.code.trimEnd(),
    console.map(({ level, text }) => `[${level}] ${text}`).join("\n"),
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
