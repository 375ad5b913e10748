import { FileSystem } from "@effect/platform";
import { Effect, Option } from "effect";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { CommandError, usageError } from "../../terminal/command-error.ts";
import { readText } from "../input.ts";

interface Program {
  readonly command: Option.Option<string>;
  readonly args: ReadonlyArray<string>;
  readonly cwd: Option.Option<string>;
}

/** The settings that say where a source is: its URL, its description as text, or the program of an MCP server. */
export const resolveLocation = (
  location: Option.Option<string>,
  { command, args, cwd }: Program,
) => {
  if (Option.isSome(location) && Option.isSome(command)) {
    return usageError("Give either a URL or a file, or a program, and not both.");
  }
  if (Option.isSome(location)) return resolveWord(location.value);
  return Option.match(command, {
    onNone: () =>
      usageError(
        "Say what to add: a URL, a file, - for standard input, or -- and the program of an MCP server.",
      ),
    onSome: (program) =>
      Effect.succeed({
        command: program,
        args,
        // Relative paths among the arguments belong to the folder in which they were typed.
        cwd: Option.getOrElse(cwd, () => process.cwd()),
      }),
  });
};

const resolveWord = (word: string) => {
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
