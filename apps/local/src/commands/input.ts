import { FileSystem } from "@effect/platform";
import { readExactJson } from "@executor/sdk/schemas";
import { Effect, ParseResult, Schema } from "effect";
import { CommandError, usageError } from "../terminal/command-error.ts";

/** The text of a file, or of standard input where the name is `-`. */
export const readText = (file: string) =>
  file === "-"
    ? Effect.promise(() => Bun.stdin.text())
    : FileSystem.FileSystem.pipe(
        Effect.flatMap((files) => files.readFileString(file)),
        Effect.mapError(() => new CommandError({ message: `The file ${file} cannot be read.` })),
      );

/** JSON as a person types it: the text itself, `@` and the name of a file that holds it, or `-` for standard input. */
export const readJson = (word: string, what: string) =>
  (word === "-" || word.startsWith("@")
    ? readText(word === "-" ? word : word.slice(1))
    : Effect.succeed(word)
  ).pipe(Effect.flatMap((text) => parse(text, what)));

/** Integers beyond 2^53 are text in their digits, as tools take them. */
const parse = (text: string, what: string) =>
  Effect.mapError(readExactJson(text), () =>
    usageError(
      `${what} is not JSON: ${shortened(text)}. Give it as '{"name": "value"}', @file or - for standard input.`,
    ),
  );

const longest = 60;

const shortened = (text: string): string =>
  text.length > longest ? `${text.slice(0, longest)}…` : text;

/** Checks typed values before they are sent. The error has one line for each mistake. */
export const check = <A, I>(schema: Schema.Schema<A, I>, value: unknown) =>
  Schema.decodeUnknown(schema)(value, { errors: "all" }).pipe(
    Effect.mapError((error) => usageError(problems(error))),
  );

const problems = (error: ParseResult.ParseError): string => {
  const issues = ParseResult.ArrayFormatter.formatErrorSync(error);
  return [...new Set(issues.map(line))].join("\n");
};

const line = ({ path, message }: ParseResult.ArrayFormatterIssue): string =>
  path.length === 0 ? message : `${path.map(String).join(".")}: ${message}`;
