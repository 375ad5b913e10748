import type { HttpClient } from "@effect/platform";
import { Effect } from "effect";
import { shownUrl, SourceDocumentTooLarge, SourceUnreachable } from "../model/source.ts";
import type { ResolvedSettings } from "../model/source.ts";
import type { UpstreamResponse } from "./exchange.ts";
import { describeReply, requestDocument } from "./fetch-document.ts";
import { readFileDocument } from "./read-file-document.ts";
import type { SourceDocument } from "./read-file-document.ts";

/** Reason why a document is not read, as the end of a sentence: "it answered 404". */
export interface UnreadDocument {
  readonly unread: string;
}

/**
 * Reads a document that a description refers to, at most `maxBytes` of it: from the origin of the description's URL `from`, or
 * from the folder of that file and those within. Nothing is asked of other places. Fails with `SourceUnreachable` only where the
 * next try may find it, so that a moment without an upstream changes no tools.
 */
export const fetchReferenced = (
  settings: ResolvedSettings,
  from: string,
  url: string,
  maxBytes: number,
): Effect.Effect<SourceDocument | UnreadDocument, SourceUnreachable, HttpClient.HttpClient> => {
  const origin = URL.parse(from);
  const target = URL.parse(url);
  if (origin === null || target === null) return unread("it has no URL that can be read");
  if (origin.protocol === "file:" && target.protocol === "file:") {
    const folder = new URL(".", origin).href;
    return target.href.startsWith(folder)
      ? Effect.catchAll(
          readFileDocument(target.href, maxBytes, tooLarge(maxBytes), folder),
          ({ message }) => unread(withoutAdvice(message)),
        )
      : unread("it is not in the folder of the description or below");
  }
  if (origin.protocol === "file:") return unread("it is not a file, as the description is");
  if (origin.origin !== target.origin || origin.origin === "null") {
    return unread(`it is not on the origin of the description, ${shownUrl(origin.origin)}`);
  }
  return requestDocument(settings, target.href, { maxBytes, sameOrigin: true }).pipe(
    Effect.mapError(({ reason, message }) =>
      reason === "timeout" || reason === "connection_error"
        ? new SourceUnreachable({
            message: `${shownUrl(url)}, which the description refers to, could not be read: ${message}`,
          })
        : withoutDot(reason === "response_too_large" ? tooLarge(maxBytes).message : message),
    ),
    Effect.flatMap((reply) => ("status" in reply ? refused(reply) : Effect.succeed(reply))),
    Effect.catchAll((problem) =>
      typeof problem === "string" ? unread(problem) : Effect.fail(problem),
    ),
  );
};

const refused = (reply: UpstreamResponse): Effect.Effect<never, SourceUnreachable | string> =>
  reply.status >= 500 || reply.status === 429
    ? Effect.fail(
        new SourceUnreachable({
          message: `${shownUrl(reply.url)}, which the description refers to, answered ${reply.status}. Try again later.`,
        }),
      )
    : Effect.fail(`it answered ${describeReply(reply)}`);

const tooLarge = (maxBytes: number): SourceDocumentTooLarge =>
  new SourceDocumentTooLarge({
    message: `it is larger than the ${Math.floor(maxBytes / 1024)} KiB that are left for it`,
  });

const unread = (reason: string): Effect.Effect<UnreadDocument> =>
  Effect.succeed({ unread: reason });

/** The part of a sentence that says why a file was not read; what follows from that comes after it. */
const withoutAdvice = (message: string): string =>
  withoutDot(message.replace(/\. (?:Check|Give|Write) .*$/s, ""))
    .replace(/^The file /, "the file ")
    .replace(/^Files /, "files ");

const withoutDot = (message: string): string => message.replace(/\.$/, "");
