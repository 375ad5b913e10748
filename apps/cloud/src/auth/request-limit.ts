import { HttpApiSchema, HttpServerRequest, HttpServerResponse } from "@effect/platform";
import { authAttempts, surfaceOf } from "@executor/api";
import type { Middleware } from "@executor/api";
import { Effect, Option, Schema } from "effect";
import { decodeIdentity, identityHeader } from "./authenticate.ts";
import type { Refusal } from "./authenticate.ts";

/** The request's maker has made too many (RFC 6585, section 4). */
export class TooManyRequests extends Schema.TaggedError<TooManyRequests>()(
  "TooManyRequests",
  {
    message: Schema.String,
    /** Requests that one key, or one person, may make in a minute, or that may wait in one organization. */
    limit: Schema.Int,
    /** The same as the header `Retry-After`. */
    retryAfterSeconds: Schema.Int,
  },
  HttpApiSchema.annotations({ status: 429 }),
) {}

const encode = Schema.encodeSync(TooManyRequests);

/** Refuses a request with 429 and `Retry-After`. */
export const tooManyRequests = (
  fields: Pick<TooManyRequests, "message" | "limit" | "retryAfterSeconds">,
): Refusal => ({
  outcome: "rate_limited",
  response: Response.json(encode(new TooManyRequests(fields)), {
    status: 429,
    headers: { "retry-after": String(fields.retryAfterSeconds) },
  }),
});

const minuteMs = 60_000;

/** Subjects that are remembered at once. An organization has fewer; beyond, the one whose last request is longest ago is forgotten. */
const maxSubjects = 10_000;

/**
 * Requests that each subject may make: the number of a minute at once, then one whenever its share of a minute is over. This is the
 * generic cell rate algorithm, which keeps one number for each subject.
 */
export class RequestLimit {
  readonly #shareMs: number;
  /** Times in milliseconds at which the shares of all requests of a subject are over. */
  readonly #over = new Map<string, number>();

  constructor(readonly perMinute: number) {
    this.#shareMs = minuteMs / perMinute;
  }

  /** Counts a request at the time `now`, in milliseconds. Returns a refusal of one that is too many. */
  take(subject: string, now: number): Refusal | undefined {
    const over = Math.max(this.#over.get(subject) ?? now, now) + this.#shareMs;
    const waitMs = over - now - minuteMs;
    // Sums of a minute's shares are inexact by less.
    if (waitMs > 1) return this.#refuse(Math.ceil(waitMs / 1000));
    this.#over.delete(subject);
    this.#over.set(subject, over);
    const [oldest] = this.#over.keys();
    if (this.#over.size > maxSubjects && oldest !== undefined) this.#over.delete(oldest);
    return undefined;
  }

  #refuse(retryAfterSeconds: number): Refusal {
    const limit = this.perMinute;
    const message = `A key or a person may make ${limit} requests in a minute. Wait for ${retryAfterSeconds} s.`;
    return tooManyRequests({ message, limit, retryAfterSeconds });
  }
}

/** Refuses with 429 the requests of one key or person beyond `perMinute`. */
export const requestLimit = (perMinute: number): Middleware => {
  const limit = new RequestLimit(perMinute);
  return (app) =>
    Effect.flatMap(HttpServerRequest.HttpServerRequest, ({ headers, url }) => {
      const identity = Option.getOrUndefined(decodeIdentity(headers[identityHeader]));
      const refusal = identity && limit.take(identity.subject, Date.now());
      if (refusal === undefined) return app;
      authAttempts.add(1, { surface: surfaceOf(url), outcome: refusal.outcome });
      return Effect.succeed(HttpServerResponse.fromWeb(refusal.response));
    });
};
