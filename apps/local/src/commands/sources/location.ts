import { FileSystem } from "@effect/platform";
import { Effect } from "effect";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { CommandError } from "../../terminal/command-error.ts";
import { readText } from "../input.ts";

/** The settings for a URL, for a file as its URL, or for the text of standard input where the word is `-`. */
export const resolveWord = (word: string) => {
  if (word === "-") return Effect.map(readText("-"), (document) => ({ document }));
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(word)) return Effect.succeed({ url: word });
  const path = resolve(word);
  return FileSystem.FileSystem.pipe(
    Effect.flatMap((files) => files.exists(path)),
    Effect.orElseSucceed(() => false),
    Effect.flatMap((exists) =>
      exists
        ? Effect.succeed({ url: pathToFileURL(path).href })
        : new CommandError({
            message: `There is no file ${path}. A URL begins with http:// or https://.`,
          }),
    ),
  );
};
