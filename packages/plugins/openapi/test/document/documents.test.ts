import { describe, expect, it } from "@effect/vitest";
import { Effect, Option } from "effect";
import { describing, load, plugin, serve, settings } from "../support.ts";

const refusal = (document: string) =>
  Effect.map(Effect.flip(load(document)), ({ _tag, message }) => `${_tag}: ${message}`);

describe("bad documents", () => {
  it.effect.each<[string, string]>([
    ["", "The description is empty"],
    ["  \n", "The description is empty"],
    ["<!doctype html><html></html>", "The description is HTML or XML"],
    ['{"openapi": "3.1.0",', "The description is not JSON"],
    ["a: b: c", "neither JSON nor YAML"],
    ["just words", "an OpenAPI document is an object, and this is a string"],
    ["[]", "an OpenAPI document is an object, and this is an array"],
    ["null", "an OpenAPI document is an object, and this is null"],
    ["{}", "the field `openapi` is missing"],
    ['{"swagger": "1.2", "paths": {}}', 'Swagger "1.2", which is not supported. Give'],
    ['{"swagger": "2.0", "paths": []}', "`paths` is an array where an object belongs"],
    ['{"swagger": "2.0"}', "no `paths`"],
    ['{"openapi": "4.0.0", "paths": {}}', 'OpenAPI "4.0.0", which is not supported'],
    ['{"openapi": "3.0.0"}', "no `paths`"],
    ['{"openapi": "3.1.0"}', "no `paths`"],
    ['{"openapi": "3.0.0", "paths": []}', "`paths` is an array where an object belongs"],
    ['{"openapi": "3.0.0", "paths": {}}', "names no server"],
    ['{"openapi": "3.0.0", "paths": {}, "servers": [{"url": "/v1"}]}', "Give a base URL"],
    [
      '{"openapi": "3.0.0", "paths": {}, "servers": [{"url": "https://{x}.example"}]}',
      "Give a base URL",
    ],
    ["openapi: 3.1.0\n---\nopenapi: 3.1.0", "more than one YAML document"],
    ["openapi: 3.1.0\nx-a: [{ b: .inf }]", "`.inf`, `.nan`"],
    ["openapi: 3.1.0\nx-a: -.inf", "`.inf`, `.nan`"],
    ["openapi: 3.1.0\nx-a: .NaN", "`.inf`, `.nan`"],
    ["openapi: 3.1.0\nopenapi: 3.0.0", "duplicated mapping key (2:1)"],
    ["a: { <<: 3 }", "cannot merge mappings"],
    ["a: &a [1, *a]\nopenapi: 3.1.0", "refers to itself through aliases"],
  ])("%j: %s", ([document, expected]) =>
    Effect.gen(function* () {
      const message = yield* refusal(document);
      expect(message).toContain("InvalidSourceDocument: ");
      expect(message).toContain(expected);
    }),
  );

  it.effect("refuses YAML that expands without bound", () =>
    Effect.gen(function* () {
      const levels = Array.from({ length: 12 }, (_, level) =>
        level === 0
          ? "l0: &l0 [1]"
          : `l${level}: &l${level} [${Array(10)
              .fill(`*l${level - 1}`)
              .join(", ")}]`,
      );
      expect(yield* refusal(`openapi: 3.1.0\n${levels.join("\n")}`)).toContain("through aliases");
    }),
  );

  it.effect("skips values that are not operations", () =>
    Effect.gen(function* () {
      const source = yield* load(
        describing({
          "/a": { get: null, post: "x", put: [], patch: { operationId: "kept" } },
          "/b": null,
          "/c": { $ref: "#/nowhere" },
          "/d": { $ref: "https://example.com/other.json" },
          "x-extension": { get: {} },
        }),
      );
      expect(source.tools.map(({ path }) => path)).toEqual(["kept"]);
    }),
  );

  it.effect("reads a description with webhooks alone, which has no tools", () =>
    Effect.gen(function* () {
      const document = JSON.stringify({ openapi: "3.1.0", webhooks: { a: { post: {} } } });
      const source = yield* load(document, { baseUrl: "https://api.example.com" });
      expect(source.tools).toEqual([]);
    }),
  );

  it.effect("survives extreme nesting of schemas", () =>
    Effect.gen(function* () {
      const deep = `${'{"items":'.repeat(20_000)}{}${"}".repeat(20_000)}`;
      const document = describing({
        "/a": {
          get: { operationId: "deep", parameters: [{ name: "p", in: "query", schema: "DEEP" }] },
        },
      }).replace('"DEEP"', deep);
      const source = yield* load(document);
      expect(JSON.stringify(source.tools[0]?.inputSchema).length).toBeLessThan(10_000);
      const value = yield* load(document.replace('{"items":', '{"default":'));
      expect(value.tools[0]?.inputSchema["properties"]).toEqual({ p: {} });
    }),
  );
});

describe("documents", () => {
  it.effect("reads YAML", () =>
    Effect.gen(function* () {
      const source = yield* load(
        [
          "openapi: 3.0.3",
          "info: { title: Pets, version: 1.0.0 }",
          "servers:",
          "  - url: https://{region}.example.com/{version}/",
          "    variables:",
          "      region: { default: eu }",
          "      version: { enum: [v2] }",
          "paths:",
          "  /pets:",
          "    get:",
          "      operationId: pets/list",
          "      responses:",
          "        200: { description: ok, content: { application/json: { schema: { type: array } } } }",
        ].join("\n"),
      );
      expect(source.name).toBe("Pets");
      expect(source.url).toBe("https://eu.example.com/v2");
      expect(source.tools[0]).toMatchObject({ path: "pets.list", outputSchema: { type: "array" } });
    }),
  );

  it.effect("merges YAML's `<<`, and leaves a quoted one as a name", () =>
    Effect.gen(function* () {
      const source = yield* load(
        [
          "openapi: 3.0.3",
          "servers: [{ url: https://api.example.com }]",
          "x-base: &base { operationId: base, summary: Merged }",
          "x-more: &more { summary: Later, deprecated: true }",
          "paths:",
          "  /a: { get: { <<: *base, operationId: a } }",
          "  /b: { get: { <<: [*base, *more], operationId: b } }",
          '  /c: { get: { operationId: c, parameters: [{ name: "<<", in: query, schema: { "<<": 1 } }] } }',
        ].join("\n"),
      );
      expect(source.tools.map(({ description }) => description)).toEqual([
        "Merged\n\nGET /a",
        "Deprecated.\n\nMerged\n\nGET /b",
        "GET /c",
      ]);
      expect(source.tools[2]?.inputSchema["properties"]).toEqual({ "<<": {} });
    }),
  );

  it.scopedLive("resolves a relative server against the URL of the description", () =>
    Effect.gen(function* () {
      const origin = yield* serve(
        () => new Response(describing({}, { servers: [{ url: "../api/" }] })),
      );
      const openApi = yield* plugin;
      const at = (url: string, baseUrl?: string) =>
        openApi.load(settings(baseUrl === undefined ? { url } : { url, baseUrl }));
      expect((yield* at(`${origin}/docs/openapi.json`)).url).toBe(`${origin}/api`);
      expect((yield* at(`${origin}/docs/openapi.json`, "https://x.example/")).url).toBe(
        "https://x.example",
      );
      const error = yield* Effect.flip(at(`${origin}/docs/openapi.json`, "ftp://x.example"));
      expect(error.message).toContain("ftp://x.example");
    }),
  );
});

describe("detect", () => {
  const detect = (document: string) =>
    Effect.flatMap(plugin, (openApi) => openApi.detect(settings({ document })));
  const titled = (title: string) =>
    JSON.stringify({ openapi: "3.1.0", info: { title }, paths: {} });

  it.effect.each<[string, string]>([
    ["GitHub v3 REST API", "github"],
    ["Swagger Petstore - OpenAPI 3.0", "petstore"],
    ["Gitea's official API", "gitea"],
    ["3scale", "scale"],
    ["API", "api"],
    ["Executor", "api"],
    ["日本", "api"],
    ["Crédit Agricole", "credit_agricole"],
  ])("offers for %s the namespace %s", ([title, namespace]) =>
    Effect.gen(function* () {
      expect(yield* detect(titled(title))).toEqual(Option.some({ name: title, namespace }));
    }),
  );

  it.effect("leaves other documents to other kinds, and explains unusable ones", () =>
    Effect.gen(function* () {
      for (const document of [
        "<html>",
        "type Query { a: Int }",
        '{"data":{"__schema":{}}}',
        "[1]",
      ]) {
        expect(yield* detect(document)).toEqual(Option.none());
      }
      expect((yield* Effect.flip(detect(`{"swagger":"1.2"}`))).message).toContain("Swagger 2.0");
    }),
  );

  it.scopedLive("is none for a server that answers without a description", () =>
    Effect.gen(function* () {
      const origin = yield* serve(() => new Response("Method Not Allowed", { status: 405 }));
      const openApi = yield* plugin;
      expect(yield* openApi.detect(settings({ url: origin }))).toEqual(Option.none());
    }),
  );
});
