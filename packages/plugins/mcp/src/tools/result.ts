import { JsonObject, ToolCallError } from "@executor/sdk";
import type { Json, ToolResult } from "@executor/sdk";
import { readJson, shorten } from "@executor/plugin-kit";
import { Either, Schema } from "effect";
import { invalidResponse, toToolCallError } from "../failures.ts";

const decode = Schema.decodeUnknownEither(
  Schema.Struct({
    content: Schema.optionalWith(Schema.Array(JsonObject), { default: () => [] }),
    structuredContent: Schema.optional(JsonObject),
    isError: Schema.optional(Schema.Boolean),
  }),
);

const maxMessage = 2_000;
const encoder = new TextEncoder();

/**
 * The data of a tool's result (MCP 2025-11-25, "Tool Result"): the structured content, otherwise a single text, parsed if it is a
 * JSON object or array, otherwise the contents unchanged. A result with `isError` is a `tool_error` with the text. The size is
 * that of the whole result as JSON, in bytes.
 */
export const readResult = (result: JsonObject): Either.Either<ToolResult, ToolCallError> =>
  Either.flatMap(
    Either.mapLeft(decode(result), () => toToolCallError(invalidResponse)),
    ({ content, isError, structuredContent }) => {
      const data = structuredContent ?? dataOf(content);
      return isError === true
        ? Either.left(
            new ToolCallError({
              outcome: "tool_error",
              errorType: "tool_error",
              message: messageOf(content, data),
            }),
          )
        : Either.right({ data, size: encoder.encode(JSON.stringify(result)).byteLength });
    },
  );

const dataOf = (content: ReadonlyArray<JsonObject>): Json => {
  const [only] = content;
  if (only === undefined) return null;
  const text = content.length === 1 ? textOf(only) : undefined;
  return text === undefined ? content : Either.getOrElse(parse(text), () => text);
};

/** Parses objects and arrays only: a text such as `12` or `true` may not be meant as JSON. */
const parse = (text: string): Either.Either<Json, string | undefined> =>
  /^\s*[[{]/.test(text) ? readJson(text) : Either.left(undefined);

const textOf = ({ text, type }: JsonObject): string | undefined =>
  type === "text" && typeof text === "string" ? text : undefined;

const messageOf = (content: ReadonlyArray<JsonObject>, data: Json): string => {
  const texts = content.map(textOf).filter((text) => text !== undefined);
  const said = texts.length > 0 ? texts.join("\n") : JSON.stringify(data);
  return said === "null" || said.trim() === ""
    ? "The tool failed and did not say why."
    : shorten(said, maxMessage);
};
