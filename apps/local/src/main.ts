#!/usr/bin/env -S BUN_JSC_useWasmFastMemory=0 bun
import { ValidationError } from "@effect/cli";
import { BunContext, BunRuntime } from "@effect/platform-bun";
import { Cause, Console, Effect, Exit, Layer, Option } from "effect";
import { readArguments } from "./commands/line/arguments.ts";
import { CommandError, exitCodes } from "./terminal/command-error.ts";
import { wantsBashCompletions } from "./commands/line/completions.ts";
import { bashCompletions, commandLineShape, runCommandLine } from "./commands/executor.ts";
import { outputWidth } from "./terminal/output.ts";
import { overview } from "./commands/line/overview.ts";
import { printable } from "./terminal/printable.ts";
import { plainConsole, plainTerminal } from "./terminal/console.ts";
import { logger } from "./logger.ts";
import { port } from "./server/config.ts";

const main = Effect.gen(function* () {
  // Whatever the command, a port that is none is a mistake to mend first.
  yield* Effect.mapError(port, () => notAPort);
  const [runtime = "", script = "", ...words] = process.argv;
  const read = readArguments(commandLineShape, words);
  if ("overview" in read) {
    const path = ["executor", ...read.path];
    return yield* Console.log(overview(read.overview, path, outputWidth()));
  }
  if ("problem" in read) {
    return yield* new CommandError({ message: read.problem, exitCode: exitCodes.usage });
  }
  if (wantsBashCompletions(read.arguments)) return yield* Console.log(yield* bashCompletions);
  yield* runCommandLine([runtime, script, ...read.arguments]);
});

const notAPort = new CommandError({
  message: "EXECUTOR_PORT holds no port: it is a number from 1 to 65535.",
});

/** An expected failure in one line, anything else whole; the exit code tells programs which. */
const fail = (cause: Cause.Cause<unknown>) =>
  Effect.gen(function* () {
    const error = Option.getOrUndefined(Cause.failureOption(cause));
    if (ValidationError.isValidationError(error)) {
      // The parser has said itself what is wrong.
      process.exitCode = exitCodes.usage;
      return;
    }
    process.exitCode = error instanceof CommandError ? error.exitCode : exitCodes.failed;
    const message = error instanceof Error ? error.message : Cause.pretty(cause);
    if (message !== "") yield* Console.error(printable(message));
  });

const platform = Layer.provideMerge(plainTerminal, BunContext.layer);

main.pipe(
  Effect.catchAllCause(fail),
  Effect.provide(Layer.merge(platform, logger)),
  Console.withConsole(plainConsole(Effect.runSync(Console.consoleWith(Effect.succeed)))),
  BunRuntime.runMain({
    disableErrorReporting: true,
    disablePrettyLogger: true,
    // An expected failure is a success here, whose exit code stands already: what fails was interrupted.
    teardown: (exit, onExit) =>
      onExit(Exit.isFailure(exit) ? Number(process.exitCode ?? exitCodes.interrupted) : 0),
  }),
);
