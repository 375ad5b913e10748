import type { JsonObject } from "@executor/sdk";
import { describe, expect, it } from "@effect/vitest";
import { Effect } from "effect";
import * as fc from "fast-check";
import { load } from "../support.ts";
import { arriving, base64, bodySchema, bytes, sending } from "./arriving.ts";

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

  it.scopedLive("go out in the type that they name, or not at all", () =>
    Effect.gen(function* () {
      const images = sending({ "image/png": {}, "image/jpeg": {}, "audio/*": {} });
      const one = sending({ "image/png": {} });
      const sent = (document: string, contentType: string) =>
        Effect.map(arriving(document, { body: { base64, contentType } }), (arrived) =>
          typeof arrived === "string" ? arrived : arrived?.type,
        );
      for (const type of ["image/png", "image/jpeg", "audio/ogg"]) {
        expect(yield* sent(images, type)).toBe(type);
      }
      expect(yield* sent(images, "image/gif")).toContain("cannot be sent as image/gif");
      expect(yield* sent(one, "image/gif")).toContain("only as image/png");
      expect(yield* sent(one, "application/octet-stream")).toBe("image/png");
      expect(yield* sent(sending({ "application/octet-stream": {} }), "image/gif")).toBe(
        "application/octet-stream",
      );
    }),
  );

  it.scopedLive("may be whole bodies beside other values", () =>
    Effect.gen(function* () {
      const document = sending({
        "application/json": { schema: { oneOf: [bytes, { type: "object" }] } },
      });
      expect(yield* arriving(document, { body: { a: 1 } })).toMatchObject({ text: '{"a":1}' });
      expect(yield* arriving(document, { body: { base64 } })).toMatchObject({
        type: "application/json",
        text: "\x00\x01bytes",
      });
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
