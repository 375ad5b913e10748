import { DateTime, Duration, Schema } from "effect";
import { plainText } from "../model/plain-text.ts";
import { SourceState, type SourceStateCode, type SourceStatus } from "../model/source-state.ts";
import { programOrigin } from "../credentials/secret.ts";
import {
  shownUrl,
  type SourceKind,
  type SourceSettings,
  SourceUnreachable,
} from "../model/source.ts";
import type { ToolCallError } from "../model/tool.ts";
import type { UseSourceError } from "./source-access.ts";

const Time = Schema.NullOr(Schema.DateTimeUtcFromNumber);

/** The state of a source as it is stored. */
export const StoredState = Schema.Struct({
  ...SourceState.fields,
  since: Time,
  retryAt: Time,
  /** Readings that failed since one worked. */
  attempts: Schema.Int,
});
export type StoredState = typeof StoredState.Type;

/** Characters of a reason at most: an upstream writes it. */
const maxReasonChars = 500;

export const readyState = (since: DateTime.Utc | null): StoredState => ({
  status: "ready",
  code: null,
  reason: null,
  since,
  retryAt: null,
  attempts: 0,
});

const firstStart: SourceStateCode = "first_start";
const unauthorized: SourceStateCode = "unauthorized";

export const startingState = (program: string, now: DateTime.Utc): StoredState => ({
  status: "starting",
  code: firstStart,
  reason: plainText(
    `The program ${program} is being started for the first time. It may have to be downloaded first.`,
    maxReasonChars,
  ),
  since: now,
  retryAt: now,
  attempts: 0,
});

/** Why a source is not ready. */
interface Failure {
  readonly status: SourceStatus;
  readonly code: SourceStateCode;
  readonly message: string;
}

/** The failure that a reading of the description ended with. */
export const readingFailure = (error: UseSourceError): Failure => {
  const { message } = error;
  const unreachable = (code: SourceStateCode): Failure => ({
    status: "unreachable",
    code,
    message,
  });
  const needsSignIn = (code: SourceStateCode): Failure => ({
    status: "needs_sign_in",
    code,
    message,
  });
  switch (error._tag) {
    case "MissingSecret":
      return needsSignIn("missing_secret");
    case "SecretNotForOrigin":
      return needsSignIn("secret_not_for_origin");
    case "InvalidSourceDocument":
      return unreachable("invalid_description");
    case "SourceDocumentTooLarge":
      return unreachable("too_large");
    case "SourceUnreachable":
      return error.code === "unauthorized" || error.code === "forbidden"
        ? needsSignIn(error.code)
        : unreachable(error.code ?? "other");
  }
};

/** The failure of a call that says something about its whole source. */
export const callFailure = ({ errorType, message, status }: ToolCallError): Failure | undefined => {
  if (status === 401) return { status: "needs_sign_in", code: unauthorized, message };
  return errorType === "connection_error"
    ? { status: "unreachable", code: errorType, message }
    : undefined;
};

/** The state after a call failed: what is planned for the source stays. */
export const afterCall = (
  before: StoredState,
  { status, code, message }: Failure,
  now: DateTime.Utc,
): StoredState => ({
  ...before,
  status,
  code,
  reason: plainText(message, maxReasonChars),
  since: before.status === status ? before.since : now,
});

/**
 * The state after a reading failed. It is repeated by itself where the settings lead to a description; `random` is from 0 to 1.
 */
export const afterReading = (
  before: StoredState,
  failure: Failure,
  { settings, now, random }: Repetition,
): StoredState => {
  const attempts = before.attempts + 1;
  const canRepeat = (settings.url ?? settings.command) !== undefined;
  return {
    ...afterCall(before, failure, now),
    attempts,
    retryAt: canRepeat ? DateTime.addDuration(now, retryDelay(attempts, random)) : null,
  };
};

interface Repetition {
  readonly settings: SourceSettings;
  readonly now: DateTime.Utc;
  readonly random: number;
}

const firstDelayMs = 2_000;
const longestDelayMs = 15 * 60_000;

/** Twice as long after each failure, and up to a half less, so that sources that failed together do not ask together. */
export const retryDelay = (attempts: number, random: number): Duration.Duration => {
  const longest = Math.min(longestDelayMs, firstDelayMs * 2 ** (attempts - 1));
  return Duration.millis(Math.round(longest * (1 - random / 2)));
};

/**
 * The failure with which a source that was never read is kept, and read later. A server can wait: a document makes a source only
 * when it is read.
 */
export const keptFailure = (kind: SourceKind, error: unknown): SourceUnreachable | undefined =>
  kind !== "openapi" && error instanceof SourceUnreachable && error.code !== undefined
    ? error
    : undefined;

/** Where calls of a source go that was never read, as far as its settings say. */
export const unreadUrl = (
  kind: SourceKind,
  { baseUrl, command, url }: SourceSettings,
): string | null => {
  if (command !== undefined) return programOrigin(command);
  const place = kind === "graphql" ? (baseUrl ?? url) : url;
  return place === undefined ? null : shownUrl(place);
};
