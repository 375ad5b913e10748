import { Effect, ParseResult, Schema } from "effect";
import { CommandError, exitCodes } from "../terminal/command-error.ts";

/** Checks what was typed before it is sent; one line for each mistake. */
export const check = <A, I>(schema: Schema.Schema<A, I>, value: unknown) =>
  Schema.decodeUnknown(schema)(value, { errors: "all" }).pipe(
    Effect.mapError(
      (error) => new CommandError({ message: problems(error), exitCode: exitCodes.usage }),
    ),
  );

const problems = (error: ParseResult.ParseError): string => {
  const issues = ParseResult.ArrayFormatter.formatErrorSync(error);
  return [...new Set(issues.map(line))].join("\n");
};

const line = ({ path, message }: ParseResult.ArrayFormatterIssue): string =>
  path.length === 0 ? message : `${path.map(String).join(".")}: ${message}`;
