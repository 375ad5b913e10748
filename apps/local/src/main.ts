#!/usr/bin/env -S BUN_JSC_useWasmFastMemory=0 MIMALLOC_PURGE_DELAY=10 bun
import { ValidationError } from "@effect/cli";
import * as BunContext from "@effect/platform-bun/BunContext";
import * as BunRuntime from "@effect/platform-bun/BunRuntime";
import { Cause, ConfigError, Console, Effect, Exit, Layer, Option } from "effect";
import { runCommandLine } from "./commands/executor.ts";
import { logger } from "./logger.ts";
import { logFormat, port } from "./server/config.ts";
import { variablesProblem } from "./server/variables.ts";
import { CommandError, exitCodes } from "./terminal/command-error.ts";
import { plainConsole, plainTerminal } from "./terminal/output.ts";
import { printable } from "./terminal/printable.ts";

/** Prints an expected failure in one line and any other in full; the exit code tells programs which it was. */
const fail = (cause: Cause.Cause<unknown>) =>
  Effect.gen(function* () {
    const error = Option.getOrUndefined(Cause.failureOption(cause));
    if (ValidationError.isValidationError(error)) {
      // The parser has printed the error itself.
      process.exitCode = exitCodes.usage;
      return;
    }
    process.exitCode = error instanceof CommandError ? error.exitCode : exitCodes.failed;
    const message = ConfigError.isConfigError(error)
      ? variablesProblem(error)
      : error instanceof Error
        ? error.message
        : Cause.pretty(cause);
    if (message !== "") yield* Console.error(printable(message));
  });

// What is wrong in the environment is reported before any command runs.
port.pipe(
  Effect.zipRight(logFormat),
  Effect.zipRight(Effect.suspend(() => runCommandLine(process.argv))),
  Effect.catchAllCause(fail),
  Effect.provide(Layer.merge(Layer.provideMerge(plainTerminal, BunContext.layer), logger)),
  Console.withConsole(plainConsole(Effect.runSync(Console.consoleWith(Effect.succeed)))),
  BunRuntime.runMain({
    disableErrorReporting: true,
    disablePrettyLogger: true,
    // An expected failure has set the exit code and succeeds here; a failure here is an interruption.
    teardown: (exit, onExit) =>
      onExit(Exit.isFailure(exit) ? Number(process.exitCode ?? exitCodes.interrupted) : 0),
  }),
);
