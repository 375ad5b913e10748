import type { Json, JsonObject } from "@executor/sdk";
import { fromEntries, isObject, member } from "@executor/plugin-kit";
import { describe, expect, it } from "@effect/vitest";
import { Effect, Either, Schema } from "effect";
import { Binding } from "../../src/calls/binding.ts";
import { buildRequest } from "../../src/calls/request.ts";
import { describing, load, tool } from "../support.ts";
import { arriving, base64, bodySchema, bytes, object, sending } from "./arriving.ts";

describe("the media type of a body", () => {
  const kubernetes = sending({
    "application/json-patch+json": object,
    "application/merge-patch+json": object,
    "application/strategic-merge-patch+json": object,
    "application/apply-patch+yaml": object,
    "application/cbor": object,
  });

  it.scopedLive.each<[string, Json, string | undefined, string]>([
    ["a list", [{ op: "remove", path: "/a" }], undefined, "application/json-patch+json"],
    ["an object", { a: 1 }, undefined, "application/merge-patch+json"],
    [
      "the caller's word",
      { a: 1 },
      "application/strategic-merge-patch+json",
      "application/strategic-merge-patch+json",
    ],
    ["text", "a: 1", undefined, "application/apply-patch+yaml"],
    ["YAML by word", { a: 1 }, "application/apply-patch+yaml", "application/apply-patch+yaml"],
    ["a file", { base64 }, undefined, "application/cbor"],
  ])("follows from %s", ([, body, contentType, expected]) =>
    Effect.gen(function* () {
      const input = contentType === undefined ? { body } : { body, contentType };
      expect(yield* arriving(kubernetes, input)).toMatchObject({ type: expected });
    }),
  );

  it.effect("is an input where there is a choice, and the schemas are said once", () =>
    Effect.gen(function* () {
      const source = yield* load(kubernetes);
      const { properties } = tool(source, "send").inputSchema;
      expect(member(properties, "contentType")).toMatchObject({
        enum: expect.arrayContaining(["application/merge-patch+json", "application/cbor"]),
      });
      expect(member(member(properties, "body"), "anyOf")).toMatchObject([
        { type: "object" },
        { type: "array" },
        { type: "string" },
        { type: ["string", "object"] },
      ]);
      const one = yield* load(sending({ "application/json": object }));
      expect(tool(one, "send").inputSchema).toMatchObject({ properties: { body: object.schema } });
      expect(Object.keys(member(tool(one, "send").inputSchema, "properties") ?? {})).toEqual([
        "body",
      ]);
    }),
  );

  it.effect("has another name where a parameter has its name", () =>
    Effect.gen(function* () {
      const source = yield* load(
        describing({
          "/a": {
            post: {
              operationId: "send",
              parameters: [{ name: "contentType", in: "query" }],
              requestBody: { content: { "application/json": {}, "text/plain": {} } },
            },
          },
        }),
      );
      expect(Object.keys(member(tool(source, "send").inputSchema, "properties") ?? {})).toEqual([
        "contentType",
        "body",
        "body_contentType",
      ]);
    }),
  );

  it.scopedLive("is refused with the offered types where nothing fits", () =>
    Effect.gen(function* () {
      const document = sending({
        "application/json": object,
        "application/x-www-form-urlencoded": object,
      });
      const wrong = yield* arriving(document, { body: {}, contentType: "text/csv" });
      expect(wrong).toContain("application/json, application/x-www-form-urlencoded");
      expect(yield* arriving(document, { body: [1] })).toContain("application/json, application/x");
    }),
  );

  it.scopedLive("is the first whose required names the body has", () =>
    Effect.gen(function* () {
      const needs = (...required: ReadonlyArray<string>) => ({
        schema: { type: "object", required },
      });
      const document = sending({
        "application/vnd.a+json": needs("a"),
        "application/vnd.b+json": needs("b"),
      });
      const types = [{ b: 1 }, { a: 1 }, {}].map((body) =>
        Effect.map(arriving(document, { body }), (arrived) =>
          typeof arrived === "string" ? arrived : arrived?.type,
        ),
      );
      expect(yield* Effect.all(types)).toEqual([
        "application/vnd.b+json",
        "application/vnd.a+json",
        "application/vnd.a+json",
      ]);
    }),
  );

  it.scopedLive("is the first whose members the body's have the kinds and texts of", () =>
    Effect.gen(function* () {
      const having = (properties: JsonObject) => ({ schema: { type: "object", properties } });
      const document = sending({
        "application/vnd.a+json": having({ k: { enum: ["a", "x"] }, n: { type: "string" } }),
        "application/vnd.b+json": having({ k: { const: "b" }, n: { type: "integer" } }),
        "application/vnd.c+json": { schema: { allOf: [having({ k: { type: "null" } }).schema] } },
      });
      const sent: ReadonlyArray<readonly [Json, string]> = [
        [{ k: "x" }, "a"],
        [{ k: "b" }, "b"],
        [{ n: 1 }, "b"],
        [{ k: "b", n: "9007199254740993" }, "b"],
        [{ k: null }, "c"],
        [{ k: 1 }, "a"],
      ];
      for (const [body, name] of sent) {
        const type = `application/vnd.${name}+json`;
        expect(yield* arriving(document, { body })).toMatchObject({ type });
      }
    }),
  );

  it.effect("that is none is told", () =>
    Effect.gen(function* () {
      const { warnings } = yield* load(sending({ json: object, "application/json": object }));
      expect(warnings).toMatchObject([
        { code: "media_type_unusable", place: "/paths/~1a/post/requestBody" },
      ]);
      const none = yield* load(sending({}));
      expect(none.warnings).toMatchObject([{ code: "body_ignored" }]);
    }),
  );
});

describe("forms", () => {
  it.scopedLive("write their fields as their encodings say", () =>
    Effect.gen(function* () {
      const document = sending({
        "multipart/form-data": {
          schema: { type: "object", properties: { meta: { type: "object" } } },
          encoding: {
            tags: { contentType: "application/json" },
            list: { style: "form", explode: false },
            deep: { style: "deepObject" },
            xml: { contentType: "application/xml" },
          },
        },
      });
      const body = {
        meta: { a: 1 },
        tags: ["x", "y"],
        list: [1, 2],
        deep: { k: "v w" },
        xml: "<a/>",
        more: ["p", "q"],
      };
      const arrived = yield* arriving(document, { body });
      const text = typeof arrived === "object" ? arrived.text : "";
      const parts = text
        .split(/\r\n--[^\r\n]+(?:\r\n)?|^--[^\r\n]+\r\n/)
        .filter((part) => part.includes("\r\n\r\n"))
        .map((part) => part.replace(/^Content-Disposition: form-data; name=/, "").split("\r\n"));
      expect(parts).toEqual([
        ['"meta"', "Content-Type: application/json", "", '{"a":1}'],
        ['"tags"', "Content-Type: application/json", "", '["x","y"]'],
        ['"list"', "", "1,2"],
        ['"deep[k]"', "", "v w"],
        ['"xml"', "Content-Type: application/xml", "", "<a/>"],
        ['"more"', "", "p"],
        ['"more"', "", "q"],
      ]);
    }),
  );

  it.scopedLive("that are urlencoded hold JSON where their encoding says so", () =>
    Effect.gen(function* () {
      const document = sending({
        "application/x-www-form-urlencoded": {
          schema: { type: "object" },
          encoding: { a: { contentType: "application/json" }, d: { style: "spaceDelimited" } },
        },
      });
      const arrived = yield* arriving(document, { body: { a: [1], b: [1, 2], d: [1, 2] } });
      expect(arrived).toMatchObject({ text: "a=%5B1%5D&b=1&b=2&d=1%202" });
    }),
  );

  it.scopedLive("that are urlencoded take bytes as text, and no file", () =>
    Effect.gen(function* () {
      const document = sending({
        "application/x-www-form-urlencoded": {
          schema: { type: "object", properties: { image: bytes, many: { items: bytes } } },
        },
      });
      expect((yield* load(document)).warnings).toMatchObject([
        { code: "file_in_form", place: "/paths/~1a/post/requestBody" },
      ]);
      const properties = { image: bytes };
      expect(yield* bodySchema(document)).toMatchObject({ properties });
      for (const image of [{ base64 }, [{ base64, filename: "a" }]]) {
        expect(yield* arriving(document, { body: { image } })).toContain("`body.image` is a file");
      }
      expect(yield* arriving(document, { body: { image: "a b" } })).toMatchObject({
        text: "image=a%20b",
      });
    }),
  );

  it.effect("are not offered where their schema has no fields", () =>
    Effect.gen(function* () {
      const list = { schema: { type: "array", items: { type: "string" } } };
      const source = yield* load(
        sending({ "multipart/form-data": list, "application/json": list }),
      );
      const { properties } = tool(source, "send").inputSchema;
      expect(Object.keys(properties ?? {})).toEqual(["body"]);
      expect(source.warnings).toMatchObject([
        {
          code: "form_without_fields",
          place: "/paths/~1a/post/requestBody/content/multipart~1form-data",
        },
      ]);
    }),
  );

  it.effect("tell what an encoding cannot say", () =>
    Effect.gen(function* () {
      const encoding = { a: { style: "matrix" }, b: { headers: { "X-A": {} } } };
      const { warnings } = yield* load(
        sending({ "multipart/form-data": { schema: { type: "object" }, encoding } }),
      );
      expect(warnings.map(({ code, place }) => `${code} ${place}`)).toEqual([
        "style_unknown /paths/~1a/post/requestBody/content/multipart~1form-data/encoding/a",
        "part_headers_ignored /paths/~1a/post/requestBody/content/multipart~1form-data/encoding/b",
      ]);
    }),
  );

  it.scopedLive("of other multipart types are parts with a type each", () =>
    Effect.gen(function* () {
      const document = sending({ "multipart/related": { schema: {} } });
      const arrived = yield* arriving(document, {
        body: [{ name: "n" }, { base64: btoa("PNG"), contentType: "image/png" }],
      });
      const { text, type } = typeof arrived === "object" ? arrived : { text: "", type: "" };
      expect(type).toMatch(/^multipart\/related; boundary=\S+; type="application\/json"$/);
      expect(text.split("\r\n").filter((line) => !line.startsWith("--"))).toEqual([
        "Content-Type: application/json",
        "",
        '{"name":"n"}',
        "Content-Type: image/png",
        "",
        "PNG",
        "",
      ]);
    }),
  );
});

describe("text bodies", () => {
  it.scopedLive("are what the caller writes, and lists are lines of JSON", () =>
    Effect.gen(function* () {
      const xml = sending({ "application/xml": object });
      expect(yield* bodySchema(xml)).toEqual({
        type: "string",
        description: "The body as text (application/xml).",
      });
      expect(yield* arriving(xml, { body: "<a/>" })).toMatchObject({ text: "<a/>" });
      const lines = sending({ "application/x-ndjson": { itemSchema: { type: "integer" } } });
      expect(yield* bodySchema(lines)).toMatchObject({
        anyOf: [{ type: "array", items: { type: "integer" } }, { type: "string" }],
      });
      expect(yield* arriving(lines, { body: [{ a: 1 }, 2] })).toMatchObject({
        text: '{"a":1}\n2\n',
      });
      const csv = sending({ "text/csv": { schema: bytes } });
      expect(yield* arriving(csv, { body: "a,b" })).toMatchObject({ text: "a,b" });
      expect(yield* arriving(csv, { body: { base64: btoa("c") } })).toMatchObject({ text: "c" });
      for (const body of [{ a: 1 }, [1], null]) {
        expect(yield* arriving(xml, { body })).toContain("`body` is text in application/xml.");
      }
    }),
  );
});

describe("a read with a body", () => {
  const document = sending({ "application/json": object }, "get");

  it.scopedLive("is told, and refused by a call, where it cannot be sent", () =>
    Effect.gen(function* () {
      const { warnings } = yield* load(document);
      expect(warnings).toMatchObject([
        { code: "read_body_unsendable", place: "/paths/~1a/get/requestBody" },
      ]);
      expect(yield* arriving(document, { body: {} })).toContain("cannot be sent from here");
      expect(yield* arriving(document, {})).toMatchObject({ text: "" });
    }),
  );
});

describe("bindings", () => {
  it("that were stored before there was a choice of media types are read", () => {
    const stored = {
      method: "POST",
      path: "/a",
      server: null,
      accept: null,
      parameters: [],
      body: {
        kind: "form",
        contentType: "application/x-www-form-urlencoded",
        fields: [
          {
            name: "l",
            style: "spaceDelimited",
            explode: false,
            allowReserved: false,
            contentType: null,
            file: false,
          },
        ],
      },
    };
    const binding = Schema.decodeUnknownSync(Binding)(stored);
    const request = buildRequest(binding, { body: { l: [1, 2] } }, "https://a.example", {});
    expect(new TextDecoder().decode(Either.getOrThrow(request).body)).toBe("l=1%202");
  });

  it.effect("stay small, whatever the description offers", () =>
    Effect.gen(function* () {
      const types = Array.from({ length: 500 }, (_, at) => `application/vnd.t${at}+json`);
      const content = fromEntries(types.map((type) => [type, object]));
      const source = yield* load(
        describing({ "/a": { post: { operationId: "send", requestBody: { content } } } }),
      );
      const body = member(tool(source, "send").binding, "body");
      const offers = member(body, "offers");
      const kinds: ReadonlyArray<unknown> = Array.isArray(offers) ? offers : [];
      expect(kinds).toHaveLength(20);
      expect(source.warnings).toMatchObject([{ code: "media_types_left_out" }]);
      expect(isObject(body)).toBe(true);
    }),
  );
});
