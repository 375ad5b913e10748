import { describe, expect, it } from "@effect/vitest";
import type { JsonObject } from "@executor/sdk";
import { Either } from "effect";
import * as fc from "fast-check";
import type { Binding, ParameterBinding } from "../../src/calls/binding.ts";
import { buildRequest } from "../../src/calls/request.ts";

const parameter = (
  place: ParameterBinding["in"],
  name: string,
  rest: Partial<ParameterBinding> = {},
): ParameterBinding => ({
  key: name,
  name,
  in: place,
  style: place === "path" || place === "header" ? "simple" : "form",
  explode: place === "query" || place === "cookie",
  allowReserved: false,
  json: false,
  ...rest,
});

const binding = (path: string, ...parameters: ReadonlyArray<ParameterBinding>): Binding => ({
  method: "GET",
  path,
  server: null,
  accept: null,
  parameters,
  body: null,
});

const base = "https://api.example.com/v1";

describe("buildRequest", () => {
  it("puts every parameter where it belongs", () => {
    const request = buildRequest(
      binding(
        "/users/{id}?fixed=1",
        parameter("path", "id"),
        parameter("query", "filter", { json: true }),
        parameter("query", "page"),
        parameter("header", "X-Trace"),
        parameter("cookie", "session"),
        parameter("cookie", "theme"),
      ),
      { id: "a/b", filter: { a: [1] }, page: 2, "X-Trace": "t", session: "s;1", theme: "dark" },
      base,
      {},
    );
    expect(Either.getOrThrow(request)).toEqual({
      method: "GET",
      url: "https://api.example.com/v1/users/a%2Fb?fixed=1&filter=%7B%22a%22%3A%5B1%5D%7D&page=2",
      template: "/v1/users/{id}",
      headers: {
        accept: "application/json, */*;q=0.5",
        "x-trace": "t",
        cookie: "session=s%3B1; theme=dark",
      },
      body: undefined,
    });
  });

  it("lets the source's headers override others, whatever their case", () => {
    const request = buildRequest(
      binding("/", parameter("header", "x-api-key")),
      { "x-api-key": "the agent's" },
      base,
      { "X-API-Key": "the operator's", Accept: "text/plain" },
    );
    expect(Either.getOrThrow(request).headers).toEqual({
      "x-api-key": "the operator's",
      accept: "text/plain",
    });
  });

  it("does not send the source's headers to an operation on another origin", () => {
    const headers = { authorization: "Bearer t" };
    const on = (server: string) =>
      Either.getOrThrow(buildRequest({ ...binding("/a"), server }, {}, base, headers)).headers;
    expect(on("https://uploads.example.com")).not.toHaveProperty("authorization");
    expect(on("http://api.example.com")).not.toHaveProperty("authorization");
    expect(on("https://api.example.com/v2")).toHaveProperty("authorization");
  });

  it("joins a base that has a slash or a query", () => {
    const url = (given: string) =>
      Either.getOrThrow(buildRequest(binding("/a", parameter("query", "q")), { q: 1 }, given, {}))
        .url;
    expect(url("https://x.example/")).toBe("https://x.example/a?q=1");
    expect(url("https://x.example/v1?key=k")).toBe("https://x.example/v1/a?key=k&q=1");
  });

  it.each([
    undefined,
    null,
    "",
    ".",
    "..",
    [],
    "../x",
    "a/../../x",
    "a\\..\\x",
    "%2e%2e%2fx",
    "%252e%252e/x",
    "..;a/x",
    "a\r\nb",
    "a%0d%0ab",
  ])("refuses %j as a path parameter", (id) => {
    const input = id === undefined ? {} : { id };
    for (const path of ["/a/{id}/b", "/a/{id}"]) {
      const request = buildRequest(binding(path, parameter("path", "id")), input, base, {});
      expect(Either.isLeft(request)).toBe(true);
    }
  });

  it("refuses what has no place in the request", () => {
    const told = (input: JsonObject) =>
      Either.flip(buildRequest(binding("/a", parameter("query", "q")), input, base, {}));
    expect(told({ q: 1, qq: 2 })).toEqual(
      Either.right("`qq` is no input of the tool, so it would not be sent."),
    );
    expect(Either.isLeft(told({ q: 1 }))).toBe(true);
    for (const name of ["body", "contentType", "__proto__", "constructor"]) {
      expect(Either.isRight(told(Object.fromEntries([[name, 1]])))).toBe(true);
    }
  });

  it("refuses path parameters that together leave the path", () => {
    const request = buildRequest(
      binding("/a/{x}{y}", parameter("path", "x"), parameter("path", "y")),
      { x: ".", y: "." },
      base,
      {},
    );
    expect(Either.isLeft(request)).toBe(true);
  });

  it("never lets a path parameter leave its place", () => {
    const nasty = fc.oneof(
      fc.string({ unit: "binary" }),
      fc
        .array(
          fc.constantFrom(".", "/", "\\", "%2e", "%2f", "?", "#", ";", "@", ":", "\t", "\n", "a"),
          { minLength: 1 },
        )
        .map((parts) => parts.join("")),
    );
    const styles = fc.constantFrom("simple", "label", "matrix");
    const value = fc.oneof(nasty, fc.array(nasty), fc.dictionary(nasty, nasty));
    fc.assert(
      fc.property(value, styles, fc.boolean(), (id, style, explode) => {
        const request = buildRequest(
          binding("/a/{id}/b", parameter("path", "id", { style, explode })),
          { id },
          base,
          {},
        );
        if (Either.isLeft(request)) return;
        const url = new URL(request.right.url);
        expect(url.href).toMatch(/^https:\/\/api\.example\.com\/v1\/a\/[^/?#]+\/b$/);
      }),
      { numRuns: 300 },
    );
  });

  it("never lets a query parameter add another", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.boolean(), (q, allowReserved) => {
        const request = buildRequest(
          binding("/a", parameter("query", "q", { allowReserved })),
          { q },
          base,
          {},
        );
        const { searchParams } = new URL(Either.getOrThrow(request).url);
        expect([...searchParams]).toEqual([["q", q.toWellFormed()]]);
      }),
      { numRuns: 200 },
    );
  });
});
