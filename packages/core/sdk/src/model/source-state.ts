import { Schema } from "effect";

/**
 * - `ready`: the last exchange with the source worked.
 * - `starting`: its program is being started for the first time, or its description read.
 * - `needs_sign_in`: it wants credentials, or others than it got.
 * - `unreachable`: it could not be reached, or its description could not be read.
 */
export const SourceStatus = Schema.Literal("ready", "starting", "needs_sign_in", "unreachable");
export type SourceStatus = typeof SourceStatus.Type;

/** Reasons why a description could not be fetched that may pass: the server is kept, and asked again. */
export const PassingFailure = Schema.Literal(
  "connection_error",
  "timeout",
  "unauthorized",
  "forbidden",
  "http_error",
  "rpc_error",
  "busy",
);
export type PassingFailure = typeof PassingFailure.Type;

/** The failure that a server's HTTP status means; `undefined` where another try would get the same. */
export const passingStatus = (status: number): PassingFailure | undefined => {
  if (status === 401) return "unauthorized";
  if (status === 403) return "forbidden";
  return status >= 500 || [408, 425, 429].includes(status) ? "http_error" : undefined;
};

/** Why a source is not ready, for programs. */
export const SourceStateCode = Schema.Literal(
  ...PassingFailure.literals,
  "first_start",
  "missing_secret",
  "secret_not_for_origin",
  "invalid_description",
  "too_large",
  "other",
);
export type SourceStateCode = typeof SourceStateCode.Type;

/** Whether a source can be used. */
export const SourceState = Schema.Struct({
  status: SourceStatus,
  /** `null` where it is ready. */
  code: Schema.NullOr(SourceStateCode),
  /** A sentence for people; `null` where it is ready. */
  reason: Schema.NullOr(Schema.String),
  /** Time since which it has this status; `null` where that is not known. */
  since: Schema.NullOr(Schema.DateTimeUtc),
  /** Time at which its description is read again by itself; `null` where only a refresh reads it. */
  retryAt: Schema.NullOr(Schema.DateTimeUtc),
}).annotations({ identifier: "SourceState" });
export type SourceState = typeof SourceState.Type;
