import type { Source, SourceStatus } from "@executor/sdk/schemas";
import { Effect } from "effect";
import { CommandError, exitCodes } from "./command-error.ts";
import { oneLine } from "./printable.ts";
import { time } from "./units.ts";

const words: Readonly<Record<SourceStatus, string>> = {
  ready: "ready",
  starting: "starting",
  needs_sign_in: "needs sign-in",
  unreachable: "unreachable",
};

/** The state of a source in words. */
export const stateWord = ({ state }: Source): string => words[state.status];

/** Why a source is not ready, and what happens next, in lines; nothing where it is ready. */
export const whyNotReady = (source: Source): ReadonlyArray<string> => {
  const { code, reason, retryAt, status } = source.state;
  if (status === "ready") return [];
  const again = retryAt === null ? "" : `, next at ${time(retryAt)}`;
  return [
    `It is not ready: ${words[status]} (${code}). ${oneLine(reason ?? "")}`,
    `It is read again by itself${again}, and when its settings or secrets change.`,
  ];
};

/** Ends a command with the exit code for a source that is not ready, after everything was printed. */
export const failUnlessReady = ({ state }: Source): Effect.Effect<void, CommandError> =>
  state.status === "ready"
    ? Effect.void
    : Effect.fail(new CommandError({ message: "", exitCode: exitCodes.notReady }));
