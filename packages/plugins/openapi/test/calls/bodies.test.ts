import type { Json, JsonObject } from "@executor/sdk";
import { isObject, member } from "@executor/plugin-kit";
import { describe, expect, it } from "@effect/vitest";
import { Effect, Either, Schema } from "effect";
import * as fc from "fast-check";
import { Binding } from "../../src/calls/binding.ts";
import { buildRequest } from "../../src/calls/request.ts";
import { describing, invoke, load, serve, tool } from "../support.ts";

type Content = Readonly<Record<string, JsonObject>>;

const sending = (content: Content, method = "post", rest: JsonObject = {}): string =>
  describing(
    { "/a": { [method]: { operationId: "send", requestBody: { required: true, content } } } },
    rest,
  );

interface Arrived {
  readonly type: string;
  readonly text: string;
  readonly form: FormData | undefined;
}

/** What arrives of a call with this input, or the message of the error. */
const arriving = (document: string, input: JsonObject) =>
  Effect.gen(function* () {
    const arrived: Array<Arrived> = [];
    const baseUrl = yield* serve(async (request) => {
      const type = request.headers.get("content-type") ?? "";
      const copy = request.clone();
      const form = type.startsWith("multipart/form-data") ? await copy.formData() : undefined;
      arrived.push({ type, text: await request.text(), form });
      return new Response(null, { status: 204 });
    });
    const outcome = yield* Effect.either(invoke(document, "send", input, { baseUrl }));
    return Either.isLeft(outcome) ? outcome.left.message : arrived[0];
  });

const bodySchema = (document: string) =>
  Effect.map(load(document), (source) =>
    member(member(tool(source, "send").inputSchema, "properties"), "body"),
  );

const object = { schema: { type: "object" } };
const bytes = { type: "string", format: "binary" };
const base64 = btoa("\x00\x01bytes");

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

describe("files", () => {
  const both = sending({
    "application/json": { schema: { type: "object", properties: { file: bytes, url: {} } } },
    "multipart/form-data": {
      schema: { type: "object", properties: { file: bytes, url: { type: "string" } } },
    },
  });

  it.scopedLive("go as multipart where JSON is offered too, and never as JSON", () =>
    Effect.gen(function* () {
      const file = { base64, filename: "a.png", contentType: "image/png" };
      const arrived = yield* arriving(both, { body: { file } });
      const sent = typeof arrived === "object" ? arrived.form?.get("file") : undefined;
      expect(sent).toBeInstanceOf(File);
      expect(sent).toMatchObject({ name: "a.png", type: "image/png", size: 7 });
      expect(yield* arriving(both, { body: { file: base64 } })).toMatchObject({
        type: expect.stringContaining("multipart/form-data"),
      });
      expect(yield* arriving(both, { body: { url: "https://a.example" } })).toMatchObject({
        type: "application/json",
      });
      expect(yield* arriving(both, { body: { file }, contentType: "application/json" })).toContain(
        "`body.file` is a file",
      );
    }),
  );

  /** A schema that holds bytes somewhere in its composition, and whether it takes other values. */
  const composed = fc.letrec<{ schema: JsonObject }>((tie) => ({
    schema: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom<JsonObject>(
        bytes,
        { $ref: "#/components/schemas/File" },
        { type: "string", contentMediaType: "image/png" },
        { type: "string", contentMediaType: "application/octet-stream", description: "D" },
      ),
      tie("schema").map((inner) => ({ oneOf: [inner, { type: "object", title: "Other" }] })),
      tie("schema").map((inner) => ({ anyOf: [{ type: "integer" }, inner] })),
      tie("schema").map((inner) => ({ allOf: [inner, { description: "More" }] })),
      tie("schema").map((inner) => ({ type: "array", items: inner })),
    ),
  })).schema;

  it("arrive as files wherever a schema composes them", () =>
    fc.assert(
      fc.asyncProperty(composed, fc.boolean(), async (schema, many) => {
        const document = sending(
          { "multipart/form-data": { schema: { type: "object", properties: { f: schema } } } },
          "post",
          { components: { schemas: { File: bytes } } },
        );
        const file = { base64, filename: "f.bin" };
        const arrived = await Effect.runPromise(
          Effect.scoped(arriving(document, { body: { f: many ? [file, file] : file } })),
        );
        const files = typeof arrived === "object" ? arrived.form?.getAll("f") : undefined;
        expect(files).toHaveLength(many ? 2 : 1);
        for (const one of files ?? []) {
          expect(one).toBeInstanceOf(File);
          expect(await new Response(one).bytes()).toEqual(
            new TextEncoder().encode("\x00\x01bytes"),
          );
        }
      }),
      { numRuns: 40 },
    ));

  it.scopedLive("may share a field with text, and be in a body that is composed", () =>
    Effect.gen(function* () {
      const document = sending({
        "multipart/form-data": {
          schema: {
            oneOf: [
              { type: "object", properties: { image: { oneOf: [bytes, { type: "string" }] } } },
              { type: "object", properties: { data: bytes, open: {} } },
            ],
          },
          encoding: { cover: { contentType: "image/png, image/jpeg" } },
        },
      });
      const body = {
        image: "https://a.example",
        data: { base64 },
        open: { base64 },
        cover: base64,
      };
      const arrived = yield* arriving(document, { body });
      const form = typeof arrived === "object" ? arrived.form : undefined;
      expect(form?.get("image")).toBe("https://a.example");
      expect(form?.get("data")).toBeInstanceOf(File);
      expect(form?.get("open")).toBeInstanceOf(File);
      expect(form?.get("cover")).toBeInstanceOf(File);
      const text = typeof arrived === "object" ? arrived.text : "";
      expect(text).toContain('name="cover"; filename="file"\r\nContent-Type: image/png\r\n');
    }),
  );

  it.scopedLive("are whole bodies, in their own type where a range is offered", () =>
    Effect.gen(function* () {
      const exact = sending({ "application/octet-stream": { schema: bytes } });
      expect(yield* arriving(exact, { body: base64 })).toMatchObject({
        type: "application/octet-stream",
        text: "\x00\x01bytes",
      });
      const image = sending({ "image/*": {} });
      expect(yield* arriving(image, { body: { base64, contentType: "image/gif" } })).toMatchObject({
        type: "image/gif",
      });
      expect(yield* arriving(image, { body: base64 })).toContain("image/*");
      const any = sending({ "*/*": { schema: {} } });
      expect(yield* arriving(any, { body: { base64, contentType: "audio/ogg" } })).toMatchObject({
        type: "audio/ogg",
        text: "\x00\x01bytes",
      });
      expect(yield* arriving(any, { body: { a: 1 } })).toMatchObject({
        type: "application/json",
        text: '{"a":1}',
      });
      const schema = yield* bodySchema(image);
      expect(schema).toMatchObject({ required: ["base64", "contentType"] });
    }),
  );

  it.effect("that JSON is said to hold are told", () =>
    Effect.gen(function* () {
      const schema = { type: "object", properties: { file: bytes } };
      const { warnings } = yield* load(sending({ "application/json": { schema } }));
      expect(warnings).toMatchObject([
        { code: "file_in_json", place: "/paths/~1a/post/requestBody" },
      ]);
      expect((yield* load(both)).warnings).toEqual([]);
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
      const types = Array.from({ length: 500 }, (_, at) => [`application/vnd.t${at}+json`, object]);
      const source = yield* load(sending(Object.fromEntries(types)));
      const body = member(tool(source, "send").binding, "body");
      const offers = member(body, "offers");
      const kinds: ReadonlyArray<unknown> = Array.isArray(offers) ? offers : [];
      expect(kinds).toHaveLength(20);
      expect(source.warnings).toMatchObject([{ code: "media_types_left_out" }]);
      expect(isObject(body)).toBe(true);
    }),
  );
});
