import { Schema } from "effect";

/** How a command ends that did not do what it was asked for. */
export const exitCodes = {
  failed: 1,
  /** The command line itself is wrong. */
  usage: 2,
  /** The execution waits for an answer. */
  paused: 3,
  /** 128 and the number of SIGINT, as shells have it. */
  interrupted: 130,
} as const;

/** Why a command failed, in words for the person at the terminal. */
export class CommandError extends Schema.TaggedError<CommandError>()("CommandError", {
  /** Empty where everything has been said already. */
  message: Schema.String,
  exitCode: Schema.optionalWith(Schema.Int, { default: () => exitCodes.failed }),
}) {}
