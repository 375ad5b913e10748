import { FileSystem } from "@effect/platform";
import { Json } from "@executor/sdk/schemas";
import { Effect, Schema } from "effect";
import { CommandError, exitCodes } from "../terminal/command-error.ts";

/** The text of a file, or of standard input where the name is `-`. */
export const readText = (file: string) =>
  file === "-"
    ? Effect.promise(() => Bun.stdin.text())
    : FileSystem.FileSystem.pipe(
        Effect.flatMap((files) => files.readFileString(file)),
        Effect.mapError(() => new CommandError({ message: `The file ${file} cannot be read.` })),
      );

/** JSON as it is typed: the text itself, `@` and the name of a file that holds it, or `-` for standard input. */
export const readJson = (word: string, what: string) =>
  (word === "-" || word.startsWith("@")
    ? readText(word === "-" ? word : word.slice(1))
    : Effect.succeed(word)
  ).pipe(Effect.flatMap((text) => parse(text, what)));

const decode = Schema.decodeUnknown(Schema.parseJson(Json));

const parse = (text: string, what: string) =>
  Effect.mapError(
    decode(text),
    () =>
      new CommandError({
        message: `${what} is not JSON: ${shortened(text)}. Give it as '{"name": "value"}', @file or - for standard input.`,
        exitCode: exitCodes.usage,
      }),
  );

const longest = 60;

const shortened = (text: string): string =>
  text.length > longest ? `${text.slice(0, longest)}…` : text;
