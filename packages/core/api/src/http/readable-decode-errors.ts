import { HttpApiBuilder, HttpApiError, HttpServerResponse } from "@effect/platform";
import { Cause, Effect, Schema } from "effect";

const { HttpApiDecodeError } = HttpApiError;

const encode = Schema.encodeSync(HttpApiDecodeError);
const badRequest = 400;

/**
 * Answers a request of the wrong shape with one line for each mistake, in place of a tree of schemas. Neither the message nor its
 * `issues` repeat the request's values, since one may be a credential in the wrong place.
 */
export const ReadableDecodeErrors = HttpApiBuilder.middleware((app) =>
  Effect.catchAllCause(app, (cause) => {
    const error = Cause.squash(cause);
    if (!(error instanceof HttpApiDecodeError)) return Effect.failCause(cause);
    const issues = error.issues.map((issue) => ({
      ...issue,
      message: withoutValue(issue.message),
    }));
    const message = [...new Set(issues.map(line))].join("\n");
    return HttpServerResponse.json(encode(new HttpApiDecodeError({ issues, message })), {
      status: badRequest,
    }).pipe(Effect.orDie);
  }),
);

const line = ({ path, message }: typeof HttpApiError.Issue.Type): string =>
  path.length === 0 ? message : `${path.map(String).join(".")}: ${message}`;

/** Removes the value, which the schema library writes at the end of a message. */
const withoutValue = (message: string): string => message.replace(/, actual .*$/s, "");
