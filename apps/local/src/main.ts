#!/usr/bin/env -S BUN_JSC_useWasmFastMemory=0 bun
import { Command, ValidationError } from "@effect/cli";
import { BunContext, BunRuntime } from "@effect/platform-bun";
import { Cause, Console, Effect, Layer, Logger, Option } from "effect";
import { runCommand } from "./cli/run.ts";
import { serveCommand } from "./cli/serve.ts";
import { version } from "./version.ts";

const executor = Command.make("executor").pipe(
  Command.withDescription("One MCP endpoint for all of your agents' tools"),
  Command.withSubcommands([serveCommand, runCommand]),
);

const cli = Command.run(executor, { name: "Executor", version });

/** Standard output is for results alone. */
const logger = Logger.replace(Logger.defaultLogger, Logger.withConsoleError(Logger.logfmtLogger));

/** An expected failure in one line, anything else whole; either way the exit code is 1. */
const fail = (cause: Cause.Cause<unknown>) =>
  Effect.gen(function* () {
    process.exitCode = 1;
    const error = Option.getOrUndefined(Cause.failureOption(cause));
    // The command line has said itself what is wrong with its arguments.
    if (ValidationError.isValidationError(error)) return;
    yield* Console.error(error instanceof Error ? error.message : Cause.pretty(cause));
  });

cli(process.argv).pipe(
  Effect.catchAllCause(fail),
  Effect.provide(Layer.merge(BunContext.layer, logger)),
  BunRuntime.runMain({ disableErrorReporting: true, disablePrettyLogger: true }),
);
