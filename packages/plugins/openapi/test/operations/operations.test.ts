import { member } from "@executor/plugin-kit";
import { describe, expect, it } from "@effect/vitest";
import { Effect } from "effect";
import { describing, load, tool } from "../support.ts";

describe("operations as tools", () => {
  it.effect("merges the path's parameters with the operation's, by place and name", () =>
    Effect.gen(function* () {
      const source = yield* load(
        describing(
          {
            "/pets/{id}": {
              parameters: [
                { $ref: "#/components/parameters/Id" },
                { name: "limit", in: "query", schema: { type: "string" } },
                { name: "id", in: "query", schema: { type: "boolean" } },
              ],
              get: {
                operationId: "getPet",
                tags: ["pet"],
                parameters: [
                  {
                    name: "limit",
                    in: "query",
                    required: true,
                    description: "At most.",
                    deprecated: true,
                    schema: { type: "integer" },
                  },
                  { name: "X-Trace", in: "header", schema: { type: "string" } },
                  { name: "x-trace", in: "header", schema: { type: "number" } },
                  { name: "body", in: "query", schema: {} },
                  {
                    name: "filter",
                    in: "query",
                    content: { "application/json": { schema: { type: "object" } } },
                  },
                  { name: "Authorization", in: "header", schema: {} },
                  { name: "Host", in: "header", schema: {} },
                  { name: "Cookie", in: "header", schema: {} },
                  { name: "a\r\nb", in: "header", schema: {} },
                  { name: "other", in: "path", schema: {} },
                  { $ref: "#/components/parameters/Nowhere" },
                  null,
                  { name: "formData", in: "formData" },
                ],
              },
            },
          },
          {
            components: {
              parameters: { Id: { name: "id", in: "path", schema: { type: "integer" } } },
            },
          },
        ),
      );
      expect(tool(source, "pet.getPet").inputSchema).toEqual({
        type: "object",
        properties: {
          id: { type: "integer" },
          limit: { type: "integer", description: "At most.", deprecated: true },
          id_query: { type: "boolean" },
          body_query: {},
          filter: { type: "object" },
          "x-trace": { type: "number" },
        },
        required: ["id", "limit"],
        additionalProperties: false,
      });
    }),
  );

  it.effect("requires path variables that nothing describes", () =>
    Effect.gen(function* () {
      const source = yield* load(describing({ "/a/{b}": { get: { operationId: "a" } } }));
      expect(tool(source, "a").inputSchema).toEqual({
        type: "object",
        properties: { b: { type: "string" } },
        required: ["b"],
        additionalProperties: false,
      });
    }),
  );

  it.effect("annotates by method", () =>
    Effect.gen(function* () {
      const methods = ["get", "head", "options", "post", "patch", "put", "delete", "trace"];
      const source = yield* load(
        describing({
          "/a": Object.fromEntries(methods.map((method) => [method, { operationId: method }])),
        }),
      );
      const kinds = source.tools.map(({ annotations, path }) => [
        path,
        [annotations.readOnly, annotations.destructive, annotations.requiresApproval],
      ]);
      const read = [true, false, false];
      expect(Object.fromEntries(kinds)).toEqual({
        get: read,
        head: read,
        options: read,
        post: [false, false, true],
        patch: [false, false, true],
        put: [false, true, true],
        delete: [false, true, true],
      });
    }),
  );

  it.effect("describes with summary, description and request line, at most 1,000 characters", () =>
    Effect.gen(function* () {
      const source = yield* load(
        describing({
          "/a": {
            get: { operationId: "short", summary: "Sum.", description: "Desc.", deprecated: true },
            post: { operationId: "long", description: "😀".repeat(2_000) },
            put: { operationId: "same", summary: "Same.", description: "Same." },
            patch: { operationId: "none", summary: 3 },
          },
        }),
      );
      expect(tool(source, "short").description).toBe("Deprecated.\n\nSum.\n\nDesc.\n\nGET /a");
      expect(tool(source, "same").description).toBe("Same.\n\nPUT /a");
      expect(tool(source, "none").description).toBe("PATCH /a");
      const long = tool(source, "long").description;
      expect(long.length).toBeLessThanOrEqual(1_000);
      expect(long.isWellFormed()).toBe(true);
      expect(long).toMatch(/…\n\nPOST \/a$/);
    }),
  );

  it.effect(
    "offers every media type of the body, JSON first, and takes the schema of the first 2xx reply",
    () =>
      Effect.gen(function* () {
        const source = yield* load(
          describing({
            "/a": {
              post: {
                operationId: "a",
                requestBody: {
                  required: true,
                  description: "What to make.",
                  content: {
                    "text/plain": { schema: { type: "string" } },
                    "application/vnd.x+json": { schema: { type: "number" } },
                    "application/json; charset=utf-8": { schema: { type: "object" } },
                  },
                },
                responses: {
                  default: { content: { "application/json": { schema: { type: "null" } } } },
                  "400": { content: { "application/json": { schema: { type: "null" } } } },
                  "202": { content: { "application/json": { schema: { type: "boolean" } } } },
                  "201": { content: { "application/json": { schema: { type: "integer" } } } },
                  "204": {},
                },
              },
              get: { operationId: "b", requestBody: { content: { "application/json": {} } } },
            },
          }),
        );
        const made = tool(source, "a");
        expect(made.inputSchema).toEqual({
          type: "object",
          properties: {
            body: {
              anyOf: [
                { type: "object" },
                { type: "number" },
                { type: "string", description: "The body as text (text/plain)." },
              ],
              description: "What to make.",
            },
            contentType: {
              type: "string",
              enum: ["application/json; charset=utf-8", "application/vnd.x+json", "text/plain"],
              description: "The body's media type; without it, the first that takes the body.",
            },
          },
          required: ["body"],
          additionalProperties: false,
        });
        expect(made.outputSchema).toEqual({ type: "integer" });
        expect(tool(source, "b").inputSchema).toEqual({
          type: "object",
          properties: { body: {} },
          additionalProperties: false,
        });
        expect(tool(source, "b").outputSchema).toBeNull();
      }),
  );

  it.effect("takes files of a multipart body as objects, wherever the schema describes them", () =>
    Effect.gen(function* () {
      const file = { type: "string", format: "binary" };
      const source = yield* load(
        describing(
          {
            "/a": {
              post: {
                operationId: "upload",
                requestBody: {
                  content: {
                    "multipart/form-data": { schema: { $ref: "#/components/schemas/Form" } },
                  },
                },
              },
            },
          },
          {
            components: {
              schemas: {
                Form: {
                  allOf: [
                    { $ref: "#/components/schemas/Form" },
                    { properties: { one: { $ref: "#/components/schemas/File" } } },
                  ],
                  properties: {
                    many: { $ref: "#/components/schemas/Files" },
                    name: { type: "string" },
                  },
                },
                File: file,
                Files: { type: "array", items: file },
              },
            },
          },
        ),
      );
      const body = member(tool(source, "upload").inputSchema["properties"], "body");
      const properties = member(body, "properties");
      expect(member(body, "allOf")).toBeUndefined();
      expect(member(properties, "one")).toMatchObject({
        type: ["string", "object"],
        required: ["base64"],
      });
      expect(member(properties, "many")).toMatchObject({
        type: "array",
        items: { type: ["string", "object"] },
      });
      expect(member(properties, "name")).toEqual({ type: "string" });
    }),
  );
});
