import { isJsonObject, Json, ToolCallError } from "@executor/sdk";
import type { JsonObject, ToolResult } from "@executor/sdk";
import { readJson } from "@executor/plugin-kit";
import { Either, Schema } from "effect";
import { invalidResponse, toToolCallError } from "../failures.ts";

/** Servers write `null` for what they leave out, and content that is no object. */
const decode = Schema.decodeUnknownEither(
  Schema.Struct({
    content: Schema.optional(Schema.NullOr(Schema.Array(Json))),
    structuredContent: Schema.optional(Json),
    isError: Schema.optional(Schema.NullOr(Schema.Boolean)),
  }),
);

const maxMessage = 2_000;
const encoder = new TextEncoder();

/**
 * The data of a tool's result (MCP 2025-11-25, "Tool Result"): the structured content, otherwise a single text, parsed if it is a
 * JSON object or array, otherwise the contents unchanged. Beside structured content, contents that say more than it are `content`.
 * A result with `isError` is a `tool_error` with the text, and the structured content as data. The size is that of the whole
 * result as JSON, in bytes.
 */
export const readResult = (result: JsonObject): Either.Either<ToolResult, ToolCallError> =>
  Either.flatMap(
    Either.mapLeft(decode(result), () => toToolCallError(invalidResponse)),
    ({ isError, structuredContent = null, ...given }) => {
      const content = given.content?.filter(isJsonObject) ?? [];
      const data = structuredContent ?? dataOf(content);
      if (isError === true) return Either.left(toolError(content, structuredContent));
      const size = encoder.encode(JSON.stringify(result)).byteLength;
      return Either.right(
        structuredContent !== null && content.some((block) => saysMore(block, structuredContent))
          ? { data, size, content }
          : { data, size },
      );
    },
  );

/** Whether a block holds anything but the text of the structured content, which servers repeat for older clients. */
const saysMore = (block: JsonObject, structuredContent: Json): boolean => {
  const text = textOf(block);
  if (text === undefined) return true;
  const parsed = Either.getOrUndefined(readJson(text));
  return text.trim() !== "" && JSON.stringify(parsed) !== JSON.stringify(structuredContent);
};

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

const toolError = (content: ReadonlyArray<JsonObject>, data: Json): ToolCallError =>
  new ToolCallError({
    outcome: "tool_error",
    errorType: "tool_error",
    message: messageOf(content, data),
    ...(data === null ? {} : { data }),
  });

const messageOf = (content: ReadonlyArray<JsonObject>, data: Json): string => {
  const said = content.flatMap((block) => textOf(block) ?? []).join("\n");
  const message = said.trim() === "" && data !== null ? JSON.stringify(data) : said;
  if (message.trim() === "") return "The tool failed and did not say why.";
  return message.length <= maxMessage
    ? message
    : `${message.slice(0, maxMessage)}… (cut after ${maxMessage} of ${message.length} characters)`;
};
