import type { Json } from "@executor/sdk";
import { describe, expect, it } from "@effect/vitest";
import { Effect } from "effect";
import { describing, invoke, serve } from "../support.ts";

/** A body for which the server names no type. */
const streamed = (body: string | Uint8Array) =>
  new ReadableStream({
    start(controller) {
      controller.enqueue(body);
      controller.close();
    },
  });

describe("replies", () => {
  const reply = (response: () => Response) =>
    Effect.flatMap(serve(response), (origin) =>
      invoke(describing({ "/a": { get: { operationId: "a" } } }), "a", {}, { baseUrl: origin }),
    );
  const failure = (response: () => Response) =>
    Effect.filterOrDie(
      Effect.flip(reply(response)),
      (error) => error._tag === "ToolCallError",
      (error) => error,
    );
  const typed = (contentType: string, body: string | Uint8Array<ArrayBuffer>) => () =>
    new Response(body, { headers: { "content-type": contentType } });

  it.scopedLive.each<[string, () => Response, Json]>([
    ["JSON", typed("application/json; charset=utf-8", '{"a":[1]}'), { a: [1] }],
    ["JSON's relatives", typed("application/vnd.github+json", "3"), 3],
    ["text", typed("text/plain", "hello"), "hello"],
    ["text in its charset", typed("text/plain; charset=iso-8859-1", new Uint8Array([0xe9])), "é"],
    ["XML", typed("application/atom+xml", "<a/>"), "<a/>"],
    [
      "bytes",
      typed("image/png", new Uint8Array([1, 2])),
      { contentType: "image/png", base64: "AQI=" },
    ],
    ["nothing", () => new Response(null, { status: 204 }), null],
    ["an empty 200", typed("application/json", ""), null],
    ["JSON that does not say so", () => new Response(streamed("[1]")), [1]],
    ["text that does not say so", () => new Response(streamed("{x")), "{x"],
    [
      "bytes that do not say so",
      () => new Response(streamed(new Uint8Array([0xff]))),
      { contentType: "application/octet-stream", base64: "/w==" },
    ],
  ])("%s", ([, response, data]) =>
    Effect.gen(function* () {
      expect((yield* reply(response)).data).toEqual(data);
    }),
  );

  const failing =
    (status: number, body: Json | string, contentType = "application/json") =>
    () =>
      new Response(typeof body === "string" ? body : JSON.stringify(body), {
        status,
        headers: { "content-type": contentType },
      });

  it.scopedLive.each<[() => Response, string]>([
    [
      failing(404, { message: "Not Found", documentation_url: "https://docs" }),
      "The upstream answered 404. Not Found",
    ],
    [
      failing(422, { message: "Validation Failed", errors: [{ field: "q" }] }),
      'The upstream answered 422. Validation Failed [{"field":"q"}]',
    ],
    [failing(403, { error: { message: "No access" } }), "The upstream answered 403. No access"],
    [
      failing(400, { error: "invalid_grant", error_description: "Bad code" }),
      "The upstream answered 400. invalid_grant",
    ],
    [failing(422, { detail: [{ loc: ["a"] }] }), 'The upstream answered 422. [{"loc":["a"]}]'],
    [
      failing(422, { title: "Invalid", detail: "Too long" }, "application/problem+json"),
      "The upstream answered 422. Too long",
    ],
    [failing(400, { code: 7 }), 'The upstream answered 400. {"code":7}'],
    [failing(500, "boom", "text/plain"), "The upstream answered 500. boom"],
    [failing(500, "", "text/plain"), "The upstream answered 500. It gave no message."],
    [failing(502, "{broken"), "The upstream answered 502. {broken"],
    [failing(500, "bytes", "image/png"), "The upstream answered 500. It gave no message."],
    [
      () => new Response(null, { status: 303 }),
      "The upstream answered 303. It redirects elsewhere",
    ],
    [() => new Response(null, { status: 304 }), "The upstream answered 304. It gave no message."],
  ])("%#: an error says %s", ([response, message]) =>
    Effect.gen(function* () {
      const error = yield* failure(response);
      const { status } = response();
      expect(error).toMatchObject({ outcome: "upstream_error", errorType: String(status), status });
      expect(error.message.startsWith(message)).toBe(true);
    }),
  );

  it.scopedLive.each<[string, () => Response, Json | undefined]>([
    [
      "members of its own",
      failing(422, { message: "invalid", errors: { email: ["taken"] } }),
      { message: "invalid", errors: { email: ["taken"] } },
    ],
    [
      "details",
      failing(400, { error: { code: 400, details: [{ field: "a" }] } }),
      { error: { code: 400, details: [{ field: "a" }] } },
    ],
    [
      "a problem",
      failing(403, { title: "Poor", balance: 30 }, "application/problem+json; charset=utf-8"),
      { title: "Poor", balance: 30 },
    ],
    ["a list", failing(400, [1, { a: null }]), [1, { a: null }]],
    ["a falsy value", failing(400, false), false],
    ["text", failing(500, "boom\n", "text/plain"), "boom\n"],
    ["a page", failing(502, "<h1>1</h1>", "text/html"), "<h1>1</h1>"],
    ["JSON that says text", failing(500, '{"a":1}', "text/plain"), { a: 1 }],
    ["broken JSON", failing(500, '{"a":'), '{"a":'],
    [
      "bytes",
      failing(500, "\u0001", "image/png"),
      { contentType: "image/png", base64: btoa("\u0001") },
    ],
    ["nothing", failing(500, ""), undefined],
  ])("an error's data is its body: %s", ([, response, data]) =>
    Effect.gen(function* () {
      const error = yield* failure(response);
      expect(error.data).toEqual(data);
      expect(error.truncated).toBeUndefined();
    }),
  );

  it.scopedLive.each<[string, () => Response, (data: Json | undefined) => boolean]>([
    [
      "JSON",
      failing(500, { message: "m", rest: "x".repeat(70_000) }),
      (data) => typeof data === "string" && /^\{"message":"m","rest":"x{65000,}$/.test(data),
    ],
    [
      "text",
      failing(500, "é".repeat(100_000), "text/plain"),
      (data) => data === "é".repeat(65_536),
    ],
    [
      "bytes",
      failing(500, "\u0001".repeat(70_000), "image/png"),
      (data) => JSON.stringify(data).length < 66_000,
    ],
  ])("a large error's data is its beginning, and says so: %s", ([, response, isBeginning]) =>
    Effect.gen(function* () {
      const error = yield* failure(response);
      expect(error.truncated).toEqual(["data"]);
      expect(isBeginning(error.data)).toBe(true);
    }),
  );

  it.scopedLive("an error has its headers, without the connection's and cookies", () =>
    Effect.gen(function* () {
      const response = () =>
        new Response("slow down", {
          status: 429,
          headers: {
            "Retry-After": "17",
            "X-RateLimit-Remaining": "0",
            "Set-Cookie": "session=1",
            Connection: "close",
          },
        });
      const { headers } = yield* failure(response);
      expect(headers).toMatchObject({ "retry-after": "17", "x-ratelimit-remaining": "0" });
      expect(Object.keys(headers ?? {})).not.toContain("set-cookie");
      expect(Object.keys(headers ?? {})).not.toContain("connection");
    }),
  );

  it.scopedLive("shortens a long message, and reports broken JSON", () =>
    Effect.gen(function* () {
      const long = yield* Effect.flip(reply(failing(500, "x".repeat(10_000), "text/plain")));
      expect(long.message.length).toBeLessThan(600);
      const broken = yield* Effect.flip(reply(typed("application/json", "{oops")));
      expect(broken).toMatchObject({
        outcome: "upstream_error",
        errorType: "invalid_response",
        status: 200,
        headers: { "content-type": "application/json" },
        data: "{oops",
      });
    }),
  );

  it.scopedLive("does not follow a redirected write", () =>
    Effect.gen(function* () {
      const origin = yield* serve(
        () => new Response(null, { status: 308, headers: { location: "/b" } }),
      );
      const document = describing({ "/a": { delete: { operationId: "a" } } });
      const error = yield* Effect.flip(invoke(document, "a", {}, { baseUrl: origin }));
      expect(error).toMatchObject({ errorType: "308", status: 308 });
    }),
  );

  it.scopedLive("keeps to the source's deadline", () =>
    Effect.gen(function* () {
      const origin = yield* serve(() => new Promise<Response>(() => {}));
      const document = describing({ "/a": { get: { operationId: "a" } } });
      const error = yield* Effect.flip(
        invoke(document, "a", {}, { baseUrl: origin, timeoutMs: 50 }),
      );
      expect(error).toMatchObject({ outcome: "timeout" });
    }),
  );
});
