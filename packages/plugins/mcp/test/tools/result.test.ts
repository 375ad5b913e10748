import type { JsonObject } from "@executor/sdk";
import { describe, expect, it } from "@effect/vitest";
import { Either } from "effect";
import { readResult } from "../../src/tools/result.ts";

const text = (said: string) => ({ type: "text", text: said });
const data = (result: JsonObject) => Either.getOrThrow(readResult(result)).data;
const failure = (result: JsonObject) => Either.flip(readResult(result)).pipe(Either.getOrThrow);

describe("readResult", () => {
  it.each<[string, JsonObject, unknown]>([
    ["structured content", { content: [text("x")], structuredContent: { a: 1 } }, { a: 1 }],
    ["text", { content: [text("hello")] }, "hello"],
    ["text that is a JSON object", { content: [text(' {"a":[1]}')] }, { a: [1] }],
    ["text that only begins like JSON", { content: [text("[see above]")] }, "[see above]"],
    ["a number as the text that it is", { content: [text("007")] }, "007"],
    ["several contents as they are", { content: [text("a"), text("b")] }, [text("a"), text("b")]],
    ["an image as it is", { content: [{ type: "image" }] }, [{ type: "image" }]],
    ["nothing as null", { content: [] }, null],
    ["nulls as absent members", { content: null, isError: null, structuredContent: null }, null],
    ["structured content of any kind", { content: [], structuredContent: [1] }, [1]],
    [
      "long integers in a text as their digits",
      { content: [text('{"id": 12345678901234567890}')] },
      { id: "12345678901234567890" },
    ],
  ])("gives %s", (_, result, expected) => {
    expect(data(result)).toEqual(expected);
  });

  it("gives the content that says more than the structured content, and no other", () => {
    const content = (blocks: ReadonlyArray<JsonObject>) =>
      Either.getOrThrow(readResult({ content: blocks, structuredContent: { a: 1 } })).content;
    const image = { type: "image", data: "AAEC", mimeType: "image/png" };
    expect(content([text('{ "a": 1 }')])).toBeUndefined();
    expect(content([text(" ")])).toBeUndefined();
    expect(content([text("note"), image])).toEqual([text("note"), image]);
  });

  it("gives the structured content of an error as its data, and says what is cut of its text", () => {
    expect(
      failure({ content: [text("No.")], structuredContent: { code: 7 }, isError: true }).data,
    ).toEqual({ code: 7 });
    const { message } = failure({ content: [text("x".repeat(5_000))], isError: true });
    expect(message.endsWith("… (cut after 2000 of 5000 characters)")).toBe(true);
  });

  it("measures the whole result in bytes", () => {
    const result = { content: [text("é")] };
    expect(Either.getOrThrow(readResult(result)).size).toBe(
      Buffer.byteLength(JSON.stringify(result)),
    );
  });

  it("fails with the text of an error, or with its data if it has no text", () => {
    expect(failure({ content: [text("No."), text("Never.")], isError: true })).toMatchObject({
      outcome: "tool_error",
      errorType: "tool_error",
      message: "No.\nNever.",
    });
    expect(failure({ structuredContent: { code: 7 }, isError: true }).message).toBe('{"code":7}');
    expect(failure({ content: [], isError: true }).message).toMatch(/did not say why/);
  });

  it("fails for a value that is not a result", () => {
    expect(failure({ content: "text" })).toMatchObject({
      outcome: "upstream_error",
      errorType: "invalid_response",
    });
  });
});
