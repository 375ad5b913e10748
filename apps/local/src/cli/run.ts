import { Args, Command } from "@effect/cli";
import type { Execution } from "@executor/execution/schemas";
import { FileSystem } from "@effect/platform";
import { Console, Effect } from "effect";
import { DaemonError, daemonClient, explainDaemonFailure } from "./daemon-client.ts";
import { portOption } from "./port.ts";

const fileArgument = Args.text({ name: "file" }).pipe(
  Args.withDescription("The file that holds the code; - reads it from standard input"),
);

/** Runs a file's code in the daemon. The result goes to standard output, what the code logged to standard error. */
export const runCommand = Command.make(
  "run",
  { file: fileArgument, port: portOption },
  ({ file, port }) =>
    Effect.gen(function* () {
      const code = yield* readCode(file);
      const client = yield* daemonClient(port);
      const execution = yield* client.executions
        .run({ payload: { code }, headers: { "executor-client": "cli" } })
        .pipe(Effect.mapError(explainDaemonFailure(port)));
      yield* show(execution);
    }),
).pipe(Command.withDescription("Run code against the tools"));

const readCode = (file: string) =>
  file === "-"
    ? Effect.promise(() => Bun.stdin.text())
    : FileSystem.FileSystem.pipe(
        Effect.flatMap((files) => files.readFileString(file)),
        Effect.mapError(() => new DaemonError({ message: `The file ${file} cannot be read.` })),
      );

const show = ({ console, consoleTruncated, output, error }: Execution) =>
  Effect.gen(function* () {
    for (const { level, text } of console) yield* Console.error(`[${level}] ${text}`);
    if (consoleTruncated) yield* Console.error("(the rest of what the code logged is cut)");
    if (output !== null) {
      yield* Console.log(
        typeof output.value === "string" && output.truncated
          ? output.value
          : JSON.stringify(output.value, null, 2),
      );
      if (output.truncated) {
        yield* Console.error(`(cut; the whole result has ${output.totalChars} characters)`);
      }
    }
    if (error !== null) {
      const { name, message, stack } = error;
      const summary = `${name}: ${message}`;
      return yield* new DaemonError({
        message: stack === undefined ? summary : `${summary}\n${stack}`,
      });
    }
  });
