import { describe, expect, it } from "@effect/vitest";
import type { JsonObject } from "@executor/sdk";
import { Effect } from "effect";
import { invoke, load, serve, tool } from "../../support.ts";
import { swagger } from "./support.ts";

const list = (name: string, place: string, format: JsonObject = {}): JsonObject => ({
  name,
  in: place,
  required: place === "path",
  type: "array",
  items: { type: "string" },
  ...format,
});

const operations: JsonObject = {
  "/pets/{ids}": {
    parameters: [{ $ref: "#/parameters/Pet" }],
    put: { operationId: "replace", parameters: [{ $ref: "#/parameters/Ids" }] },
  },
  "/lists/{ids}": {
    get: {
      operationId: "lists",
      parameters: [
        list("ids", "path"),
        list("csv", "query"),
        list("ssv", "query", { collectionFormat: "ssv" }),
        list("pipes", "query", { collectionFormat: "pipes" }),
        list("multi", "query", { collectionFormat: "multi" }),
        list("X-Tags", "header"),
      ],
    },
  },
  "/json": { post: { operationId: "json", parameters: [{ $ref: "#/parameters/Pet" }] } },
  "/form": {
    post: {
      operationId: "form",
      consumes: ["application/x-www-form-urlencoded"],
      parameters: [
        { name: "name", in: "formData", required: true, type: "string" },
        list("tags", "formData", { collectionFormat: "multi" }),
        list("csv", "formData"),
      ],
    },
  },
  "/file": {
    post: {
      operationId: "file",
      consumes: ["multipart/form-data"],
      parameters: [{ name: "photo", in: "formData", required: true, type: "file" }],
    },
  },
  "/text": {
    post: {
      operationId: "text",
      consumes: ["text/plain"],
      parameters: [{ name: "body", in: "body", schema: { type: "string" } }],
    },
  },
};

const echo = serve(async (request, url) => {
  const type = request.headers.get("content-type")?.split(";", 1)[0] ?? null;
  const isForm = type === "multipart/form-data";
  const body = isForm ? [...(await request.formData()).keys()] : await request.text();
  const target = decodeURIComponent(url.pathname + url.search);
  const tags = request.headers.get("x-tags");
  return Response.json({ method: request.method, target, type, body, tags });
});

const call = (path: string, input: JsonObject) =>
  Effect.flatMap(echo, (origin) =>
    invoke(swagger(origin.replace("http://", ""), operations), path, input),
  );

const two = ["a", "b"];

describe("requests of Swagger 2.0", () => {
  it.scopedLive.each<[string, JsonObject, JsonObject]>([
    [
      "lists",
      { ids: ["1", "2"], csv: two, ssv: two, pipes: two, multi: two, "X-Tags": ["c", "d"] },
      { target: "/v1/lists/1,2?csv=a,b&ssv=a b&pipes=a|b&multi=a&multi=b", tags: "c,d" },
    ],
    [
      "replace",
      { ids: "1", body: { kind: "cat" } },
      { method: "PUT", target: "/v1/pets/1", type: "application/json", body: '{"kind":"cat"}' },
    ],
    ["json", { body: { kind: "cat", name: null } }, { body: '{"kind":"cat","name":null}' }],
    [
      "form",
      { body: { name: "x y", tags: two, csv: two } },
      { type: "application/x-www-form-urlencoded", body: "name=x%20y&tags=a&tags=b&csv=a,b" },
    ],
    [
      "file",
      { body: { photo: { base64: "AQI=", filename: "a.png" } } },
      { type: "multipart/form-data", body: ["photo"] },
    ],
    ["text", { body: "plain" }, { type: "text/plain", body: "plain" }],
  ])("are what it says: %s", ([path, input, expected]) =>
    Effect.gen(function* () {
      expect((yield* call(path, input)).data).toMatchObject({ ...expected });
    }),
  );

  it.effect("need a body where it or a field of it is required", () =>
    Effect.gen(function* () {
      const source = yield* load(swagger("pets.example", operations));
      expect(source).toMatchObject({ name: "Pets", url: "http://pets.example/v1", warnings: [] });
      for (const path of ["replace", "json", "form", "file"]) {
        const { required } = tool(source, path).inputSchema;
        expect(required).toContain("body");
      }
      expect(source.definitions.get("Pet")).toMatchObject({
        properties: { name: { type: ["string", "null"] } },
        required: ["kind"],
      });
    }),
  );

  it.effect.each<[string, JsonObject, string]>([
    ["https before http", { schemes: ["http", "https"] }, "https://pets.example/v1"],
    ["https where nothing is said", { schemes: [] }, "https://pets.example/v1"],
    ["a version that YAML reads as a number", { swagger: 2 }, "http://pets.example/v1"],
    ["a base path without a slash", { basePath: "v2" }, "http://pets.example/v2"],
  ])("have a server: %s", ([_, rest, expected]) =>
    Effect.gen(function* () {
      const document = swagger("pets.example", { "/a": { get: {} } }, rest);
      expect((yield* load(document)).url).toBe(expected);
    }),
  );

  it.effect("go to the server of an operation's own schemes", () =>
    Effect.gen(function* () {
      const operation = { operationId: "a", schemes: ["https"] };
      const source = yield* load(swagger("pets.example", { "/a": { get: operation } }));
      expect(tool(source, "a").binding).toMatchObject({ server: "https://pets.example/v1" });
    }),
  );
});
