import { Schema } from "effect";

/** Exit codes of a command that did not do what it was asked for. */
export const exitCodes = {
  failed: 1,
  /** The command line itself is wrong. */
  usage: 2,
  /** The execution waits for an answer. */
  paused: 3,
  /** It was done, but a source is not ready to be used. */
  notReady: 4,
  /** 128 plus the number of SIGINT, as in shells. */
  interrupted: 130,
} as const;

/** The reason for which a command failed, in words for the person at the terminal. */
export class CommandError extends Schema.TaggedError<CommandError>()("CommandError", {
  /** Empty where the command has printed the reason already. */
  message: Schema.String,
  exitCode: Schema.optionalWith(Schema.Int, { default: () => exitCodes.failed }),
}) {}

/** The error of a command line that is wrong. */
export const usageError = (message: string): CommandError =>
  new CommandError({ message, exitCode: exitCodes.usage });
