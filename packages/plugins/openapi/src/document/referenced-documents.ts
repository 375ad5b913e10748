import type { HttpClient } from "@effect/platform";
import { fetchReferenced, InvalidSourceDocument, shownUrl, SourceUnreachable } from "@executor/sdk";
import type { ResolvedSettings, SourceLoadError } from "@executor/sdk";
import { runSteps, type Steps, type Warnings } from "@executor/plugin-kit";
import { Duration, Effect, Either } from "effect";
import type { Library } from "./library.ts";
import { readDocument } from "./parse.ts";
import { makeReach, type Start } from "./reach.ts";
import { asOpenApi } from "./swagger/as-openapi.ts";

/** Documents that one description may refer to. */
const maxDocuments = 200;

/** Bytes of them all, and of one. */
const maxBytes = 64 * 1024 * 1024;
const maxDocumentBytes = maxBytes / 4;

/** Reads the documents that values refer to, and those that these refer to, and checks the references. */
export type ReadReferenced = (
  starts: ReadonlyArray<Start>,
) => Effect.Effect<void, SourceLoadError, HttpClient.HttpClient>;

/**
 * Reads each document once, through the guarded requests of the sdk: at most 200, of 16 MiB each and 64 MiB in all, within ten
 * times the source's timeout. A document that is not read is a warning at each reference to it.
 */
export const makeReadReferenced = (
  library: Library,
  settings: ResolvedSettings,
  warnings: Warnings,
): ReadReferenced => {
  const unread = new Map<string, string>();
  const reach = makeReach(library, warnings, (document) => unread.get(document));
  let count = 0;
  let size = 0;

  const read = Effect.fnUntraced(function* (id: string) {
    const { location } = library.entry;
    if (location === undefined) return "the URL of the description is not known";
    if (count >= maxDocuments) return `only ${maxDocuments} documents are read`;
    if (size >= maxBytes) return `only ${maxBytes / 1024 / 1024} MiB are read`;
    count += 1;
    const found = yield* fetchReferenced(settings, location, id, maxDocumentBytes);
    if ("unread" in found) return found.unread;
    size += found.bytes.length;
    const root = yield* Effect.either(
      readDocument(found.bytes, tellName(warnings, `${shownUrl(id)}#`)),
    );
    if (Either.isLeft(root)) return withoutAdvice(root.left.message);
    const url = found.url ?? id;
    const converted = yield* inSteps(asOpenApi(root.right, url, warnings, `${shownUrl(id)}#`));
    yield* inSteps(library.add(id, url, converted.root));
    return undefined;
  });

  const readMissing = () =>
    Effect.forEach(
      reach.missing(),
      (id) =>
        Effect.map(read(id), (reason) => {
          if (reason !== undefined) unread.set(id, reason);
        }),
      { concurrency: 4, discard: true },
    );

  const readAll = Effect.fn("OpenApi.readReferenced")(function* (starts: ReadonlyArray<Start>) {
    yield* inSteps(reach.from(starts));
    while (reach.missing().length > 0) {
      yield* readMissing();
      yield* inSteps(reach.resume());
    }
  });

  return (starts) =>
    Effect.timeoutFail(readAll(starts), {
      duration: Duration.millis(10 * settings.timeoutMs),
      onTimeout: () => tooSlow,
    });
};

/** Tells of a name that an object has more than once. `prefix` stands before the places of another document. */
export const tellName =
  (warnings: Warnings, prefix = "") =>
  (place: string): void => {
    const why = "An object has this name more than once, of which the last one counts.";
    warnings.warn("name_repeated", why, prefix + place);
  };

const withoutAdvice = (message: string): string =>
  message.replace(/\. (Give|Correct|Write) .*$|\.$/s, "").replace(/^The description/, "it");

const tooSlow = new SourceUnreachable({
  message:
    "The documents that the description refers to were not read in time. Try again, raise the source's timeout, or give one document that holds everything.",
});

/** Runs a computation over the description in steps. */
export const inSteps = <A>(steps: Steps<A>): Effect.Effect<A, InvalidSourceDocument> =>
  Effect.mapError(
    runSteps(steps),
    (problem) =>
      new InvalidSourceDocument({
        message: `The description cannot be read: ${problem}. Correct it, or report this.`,
      }),
  );
