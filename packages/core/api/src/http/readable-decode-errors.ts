import { HttpApiBuilder, HttpApiError, HttpServerResponse } from "@effect/platform";
import { Cause, Effect, Schema } from "effect";

const { HttpApiDecodeError } = HttpApiError;

const encode = Schema.encodeSync(HttpApiDecodeError);
const badRequest = 400;

/**
 * Gives requests of the wrong shape a message of one line for each mistake, in place of the tree of schemas that it was
 * found in. Neither the message nor the `issues` beside it repeat what was sent: it may be a credential in the wrong place.
 */
export const ReadableDecodeErrors = HttpApiBuilder.middleware((app) =>
  Effect.catchAllCause(app, (cause) => {
    const error = Cause.squash(cause);
    if (!(error instanceof HttpApiDecodeError)) return Effect.failCause(cause);
    const issues = error.issues.map((issue) => ({
      ...issue,
      message: withoutSent(issue.message),
    }));
    const message = [...new Set(issues.map(line))].join("\n");
    return HttpServerResponse.json(encode(new HttpApiDecodeError({ issues, message })), {
      status: badRequest,
    }).pipe(Effect.orDie);
  }),
);

const line = ({ path, message }: typeof HttpApiError.Issue.Type): string =>
  path.length === 0 ? message : `${path.map(String).join(".")}: ${message}`;

/** As the schema library writes what it found, at the end of a message. */
const withoutSent = (message: string): string => message.replace(/, actual .*$/s, "");
