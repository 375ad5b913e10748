import { FileSystem } from "@effect/platform";
import { Effect, Option, Stream } from "effect";
import { SourceUnreachable } from "../model/source.ts";
import { BoundedChunks } from "./bounded-body.ts";
import type { SourceDocumentTooLarge, SourceLoadError } from "../model/source.ts";

/** A description in UTF-8, with its URL after redirects; without a URL where the operator gave the text. */
export interface SourceDocument {
  /**
   * The text as it came, or as the operator gave it: it may repeat the source's credentials. Who reads it takes them out of what
   * it keeps and says, by the `CredentialGuard`'s redactor. Bytes, because decoding a long description at once holds others up.
   */
  readonly bytes: Uint8Array;
  readonly url: string | undefined;
}

/**
 * Reads a `file:` URL where the app has a file system; an app without one, such as the cloud, reads no files. `folder` is the
 * `file:` URL of a folder that the file must really be in, wherever links lead.
 */
export const readFileDocument = (
  url: string,
  maxBytes: number,
  tooLarge: SourceDocumentTooLarge,
  folder?: string,
): Effect.Effect<SourceDocument, SourceLoadError> =>
  Effect.gen(function* () {
    const fileSystem = yield* Effect.serviceOption(FileSystem.FileSystem);
    if (Option.isNone(fileSystem)) {
      return yield* new SourceUnreachable({
        message: `Files cannot be read here. Give the description's text, or an http or https URL.`,
      });
    }
    const path = filePath(url);
    if (path === undefined) {
      return yield* new SourceUnreachable({
        message: `${url} does not name a file on this machine. Write it as file:///directory/openapi.json.`,
      });
    }
    if (folder !== undefined) {
      const root = yield* realPath(fileSystem.value, filePath(folder) ?? "");
      if (!(yield* realPath(fileSystem.value, path)).startsWith(`${root.replace(/\/$/, "")}/`)) {
        return yield* new SourceUnreachable({
          message: `The file ${path} is a link to another folder than the description's, and is not read.`,
        });
      }
    }
    const info = yield* Effect.mapError(fileSystem.value.stat(path), () => unreadable(path));
    if (info.type !== "File") return yield* unreadable(path);
    const collected = new BoundedChunks(maxBytes, Number(info.size));
    yield* fileSystem.value.stream(path).pipe(
      Stream.mapError(() => unreadable(path)),
      Stream.runForEach((chunk) => (collected.add(chunk) ? Effect.void : Effect.fail(tooLarge))),
    );
    return { bytes: collected.concatenate(), url };
  });

const realPath = (fileSystem: FileSystem.FileSystem, path: string) =>
  Effect.mapError(fileSystem.realPath(path), () => unreadable(path));

const unreadable = (path: string): SourceUnreachable =>
  new SourceUnreachable({
    message: `The file ${path} cannot be read. Check that it exists and that Executor may read it.`,
  });

const filePath = (url: string): string | undefined => {
  const parsed = URL.parse(url);
  if (parsed?.host !== "") return undefined;
  try {
    const path = decodeURIComponent(parsed.pathname);
    return /^\/[A-Za-z]:\//.test(path) ? path.slice(1) : path;
  } catch {
    return undefined;
  }
};
