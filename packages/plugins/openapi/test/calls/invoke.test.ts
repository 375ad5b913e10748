import type { Json, JsonObject } from "@executor/sdk";
import { describe, expect, it } from "@effect/vitest";
import { Effect } from "effect";
import { describing, invoke, serve } from "../support.ts";

interface Seen {
  readonly line: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** A server that remembers what it was asked and answers 204. */
const recorder = Effect.gen(function* () {
  const seen: Array<Seen> = [];
  const origin = yield* serve(async (request, url) => {
    seen.push({
      line: `${request.method} ${url.pathname}${url.search}`,
      headers: Object.fromEntries(request.headers),
      body: await request.text(),
    });
    return new Response(null, { status: 204 });
  });
  return { origin, seen };
});

const withBody = (contentType: string, schema: Json, rest: JsonObject = {}): string =>
  describing({
    "/a": {
      post: {
        operationId: "send",
        requestBody: { content: { [contentType]: { schema, ...rest } } },
      },
    },
  });

describe("requests", () => {
  it.scopedLive("sends parameters, source headers and a JSON body to the right place", () =>
    Effect.gen(function* () {
      const { origin, seen } = yield* recorder;
      const result = yield* invoke(
        describing({
          "/repos/{owner}/{repo}": {
            patch: {
              operationId: "repos/update",
              parameters: [
                { name: "owner", in: "path" },
                { name: "repo", in: "path" },
                { name: "tags", in: "query", explode: false },
              ],
              requestBody: { content: { "application/json": {} } },
            },
          },
        }),
        "repos.update",
        { owner: "a b", repo: "x/y", tags: ["1", "2"], body: { name: "ü" } },
        { baseUrl: `${origin}/api`, headers: { Authorization: "Bearer t" } },
      );
      expect(result).toEqual({ data: null, size: 0 });
      expect(seen[0]).toMatchObject({
        line: "PATCH /api/repos/a%20b/x%2Fy?tags=1,2",
        headers: {
          authorization: "Bearer t",
          "content-type": "application/json",
          accept: "application/json, */*;q=0.5",
        },
        body: '{"name":"ü"}',
      });
    }),
  );

  it.scopedLive("sends forms", () =>
    Effect.gen(function* () {
      const { origin, seen } = yield* recorder;
      yield* invoke(
        withBody(
          "application/x-www-form-urlencoded",
          { type: "object" },
          { encoding: { deep: { style: "deepObject", explode: true }, list: { explode: false } } },
        ),
        "send",
        {
          body: {
            a: "x&y=z",
            list: [1, 2],
            more: [3, 4],
            deep: { b: { c: 1 } },
            object: { d: 1 },
            none: null,
          },
        },
        { baseUrl: origin },
      );
      expect(seen[0]?.headers["content-type"]).toBe("application/x-www-form-urlencoded");
      expect(seen[0]?.body).toBe(
        "a=x%26y%3Dz&list=1,2&more=3&more=4&deep%5Bb%5D%5Bc%5D=1&object=%7B%22d%22%3A1%7D",
      );
    }),
  );

  it.scopedLive("sends multipart forms that a server can read", () =>
    Effect.gen(function* () {
      const names: Array<string> = [];
      const values: Array<string> = [];
      let heads: ReadonlyArray<string> = [];
      const origin = yield* serve(async (request) => {
        const form = await request.clone().formData();
        for (const name of form.keys()) names.push(name);
        for (const value of form.values()) values.push(await new Response(value).text());
        heads = (await request.text()).split("\r\n").filter((line) => /^content-/i.test(line));
        return new Response(null, { status: 204 });
      });
      const document = withBody("multipart/form-data", {
        type: "object",
        properties: {
          file: { type: "string", format: "binary" },
          files: { type: "array", items: { type: "string", format: "binary" } },
          name: { type: "string" },
          meta: { type: "object" },
        },
      });
      const base64 = btoa("\x00bytes\r\n--");
      yield* invoke(
        document,
        "send",
        {
          body: {
            file: { filename: 'a"b\r\n.txt', contentType: "text/x-test", base64 },
            files: [{ base64 }, { base64, filename: "2", contentType: "bad\r\nx: y" }],
            name: "n\r\nn",
            meta: { a: 1 },
          },
        },
        { baseUrl: origin },
      );
      expect(names).toEqual(["file", "files", "files", "name", "meta"]);
      const bytes = "\x00bytes\r\n--";
      expect(values).toEqual([bytes, bytes, bytes, "n\r\nn", '{"a":1}']);
      expect(heads).toEqual([
        'Content-Disposition: form-data; name="file"; filename="a%22b%0D%0A.txt"',
        "Content-Type: text/x-test",
        'Content-Disposition: form-data; name="files"; filename="file"',
        "Content-Type: application/octet-stream",
        'Content-Disposition: form-data; name="files"; filename="2"',
        "Content-Type: application/octet-stream",
        'Content-Disposition: form-data; name="name"',
        'Content-Disposition: form-data; name="meta"',
        "Content-Type: application/json",
      ]);
      const error = yield* Effect.flip(
        invoke(document, "send", { body: { file: "no base64" } }, { baseUrl: origin }),
      );
      expect(error).toMatchObject({ outcome: "invalid_input" });
      expect(error.message).toContain("body.file");
    }),
  );

  it.scopedLive("sends text and bytes", () =>
    Effect.gen(function* () {
      const { origin, seen } = yield* recorder;
      yield* invoke(
        withBody("text/csv", { type: "string" }),
        "send",
        { body: "a,b" },
        { baseUrl: origin },
      );
      yield* invoke(
        withBody("application/pdf", {}),
        "send",
        { body: btoa("PDF") },
        { baseUrl: origin },
      );
      expect(seen.map(({ body, headers }) => [headers["content-type"], body])).toEqual([
        ["text/csv", "a,b"],
        ["application/pdf", "PDF"],
      ]);
      const error = yield* Effect.flip(
        invoke(withBody("application/pdf", {}), "send", { body: "%%%" }, { baseUrl: origin }),
      );
      expect(error).toMatchObject({ outcome: "invalid_input", errorType: "invalid_input" });
    }),
  );

  it.scopedLive("refuses header values with line breaks before anything is sent", () =>
    Effect.gen(function* () {
      const { origin, seen } = yield* recorder;
      const document = describing({
        "/a": { get: { operationId: "a", parameters: [{ name: "X-A", in: "header" }] } },
      });
      const error = yield* Effect.flip(
        invoke(document, "a", { "X-A": "1\r\nAuthorization: x" }, { baseUrl: origin }),
      );
      expect(error).toMatchObject({ outcome: "invalid_input" });
      expect(seen).toEqual([]);
    }),
  );
});
