import { Args, Command } from "@effect/cli";
import type { Execution } from "@executor/execution/schemas";
import { Effect } from "effect";
import { answerAll } from "./follow.ts";
import { askDaemon } from "../client/daemon.ts";
import type { DaemonClient } from "../client/daemon.ts";
import { readText } from "./input.ts";
import { jsonOption } from "../terminal/output.ts";
import { portOption } from "./options.ts";
import { printExecution, showExecution } from "../terminal/execution.ts";

const fileArgument = Args.text({ name: "file" }).pipe(
  Args.withDescription("The file that holds the code; - reads it from standard input"),
);

/** Runs a file's code in the daemon. The result goes to standard output, what the code logged to standard error. */
export const runCommand = Command.make(
  "run",
  { file: fileArgument, json: jsonOption, port: portOption },
  ({ file, json, port }) => Effect.flatMap(readText(file), (code) => runCode(code, { json, port })),
).pipe(Command.withDescription("Run code against the tools"));

interface Terms {
  readonly json: boolean;
  readonly port: number;
}

/** Runs code in the daemon and shows how it went. Interrupting it cancels the execution. */
export const runCode = (code: string, terms: Terms) =>
  follow(terms, (client) =>
    client.executions.run({ payload: { code }, headers: { "executor-client": "cli" } }),
  );

/** Shows the execution that the daemon gives, once the person at the terminal has answered what it waits for. */
export const follow = <E, R>(
  { json, port }: Terms,
  begin: (client: DaemonClient) => Effect.Effect<Execution, E, R>,
) =>
  askDaemon(port, (client) =>
    Effect.filterOrElse(
      begin(client),
      () => json,
      (execution) => answerAll(client, execution),
    ),
  ).pipe(
    Effect.flatMap((execution) =>
      json ? printExecution(execution) : showExecution(execution, port),
    ),
  );
