import type { JsonObject, LoadedSource } from "@executor/sdk";
import { describe, expect, it } from "@effect/vitest";
import { Effect } from "effect";
import { symlink } from "node:fs/promises";
import { describing, load, serve, tool } from "../support.ts";
import { folder, loadFrom, site } from "./split.ts";

const root = `
openapi: 3.0.3
info: { title: Split, version: "1" }
paths:
  /a: { $ref: "./paths.yaml#/~1a" }
  /b/{id}:
    parameters: [{ $ref: "parts/common.json#/Id" }]
    post:
      operationId: b
      requestBody: { $ref: "parts/bodies.yaml#/B" }
      responses: { default: { $ref: "parts/common.json#/responses/default" }, 200: { $ref: "parts/common.json#/responses/ok" } }
  /own: { get: { operationId: own } }
components:
  schemas:
    Pet: { $ref: "parts/Pet.yaml" }
    Own: { type: object, properties: { $ref: { type: string }, example: { $ref: "parts/Pet.yaml" } }, example: { $ref: "never.yaml" } }
`;
const files = {
  "openapi.yaml": root,
  "paths.yaml": `
/a:
  get:
    operationId: a
    parameters: [{ $ref: "parts/common.json#/P" }, { name: own, in: query, schema: { $ref: "#/own" } }]
    responses: { 200: { description: ok, content: { application/json: { schema: { $ref: "openapi.yaml#/components/schemas/Own" } } } } }
own: { type: integer }`,
  "parts/common.json": JSON.stringify({
    P: { name: "p", in: "query", required: true, schema: { type: "boolean" } },
    Id: { name: "id", in: "path", required: true, schema: { $ref: "#/id" } },
    id: { type: "string", minLength: 3, default: { $ref: "never.yaml" } },
    responses: {
      ok: {
        description: "ok",
        content: { "application/json": { schema: { $ref: "./Pet.yaml" } } },
      },
      default: { description: "bad" },
    },
  }),
  "parts/bodies.yaml": `
B: { required: true, content: { application/json: { schema: { $ref: "../openapi.yaml#/components/schemas/Pet" } } } }`,
  "parts/Pet.yaml": `{ type: object, properties: { name: { type: string }, mother: { $ref: "Pet.yaml" } } }`,
};

const query = (source: LoadedSource, path: string): unknown =>
  tool(source, path).inputSchema["properties"];

const expectWhole = (source: LoadedSource): void => {
  expect(source.warnings).toEqual([]);
  expect(source.tools.map(({ path }) => path)).toEqual(["a", "b", "own"]);
  expect(query(source, "a")).toEqual({ p: { type: "boolean" }, own: { $ref: "#/$defs/own" } });
  expect(query(source, "b")).toEqual({
    id: { $ref: "#/$defs/id" },
    body: { $ref: "#/$defs/Pet" },
  });
  expect([...source.definitions.keys()].toSorted()).toEqual(["Own", "Pet", "id", "own"]);
  expect(tool(source, "b").outputSchema).toEqual({ $ref: "#/$defs/Pet" });
};

describe("references to other documents", () => {
  it.scopedLive("are read from a folder and from a server alike, each document once", () =>
    Effect.gen(function* () {
      expectWhole(yield* loadFrom(`${yield* folder(files)}openapi.yaml`));
      const { asked, url } = yield* site(files);
      expectWhole(yield* loadFrom(`${url}openapi.yaml`));
      expect(asked.toSorted()).toEqual(Object.keys(files).toSorted());
    }),
  );

  it.scopedLive("are warnings where they cannot be read, at each place and with what follows", () =>
    Effect.gen(function* () {
      let asked = 0;
      const other = yield* serve(() => {
        asked += 1;
        return new Response("{}");
      });
      const { url } = yield* site({
        "dir/openapi.json": describing(
          {
            "/kept": {
              $ref: "path.json",
              parameters: [{ $ref: `${other}/p.json#/P` }, { $ref: "#/components/parameters/No" }],
              get: { requestBody: {}, responses: { 200: { $ref: "missing.yaml#/a" } } },
            },
            "/cycle": { get: { parameters: [{ $ref: "#/components/parameters/A" }] } },
            "/wrong": { post: { requestBody: { $ref: "#/info/title" } } },
            "/lost": { $ref: "path.json#/nowhere" },
          },
          {
            components: {
              parameters: {
                A: { $ref: "#/components/parameters/B" },
                B: { $ref: "#/components/parameters/A" },
              },
            },
          },
        ),
        "dir/path.json": JSON.stringify({
          parameters: [],
          put: {
            requestBody: {
              content: { "application/json": { schema: { $ref: "broken.yaml" } } },
            },
          },
        }),
        "dir/broken.yaml": "a: b: c",
      });
      const source = yield* loadFrom(`${url}dir/openapi.json`);
      expect(source.tools.map(({ path }) => path).toSorted()).toEqual([
        "cycle.get",
        "kept.get",
        "kept.put",
        "wrong.post",
      ]);
      expect(asked).toBe(0);
      const told = source.warnings.map(({ code, message, place }) =>
        `${code} ${place}: ${message}`
          .replaceAll(other, "OTHER")
          .replaceAll(url.slice(0, -1), "SITE"),
      );
      expect(told.toSorted()).toEqual([
        "body_ignored /paths/~1kept/get/requestBody: The request body has no media type, so the tool takes no body.",
        "document_not_read /paths/~1kept/get/responses/200: `missing.yaml#/a` is not read: it answered 404, so the reply is not described.",
        "document_not_read /paths/~1kept/parameters/0: `OTHER/p.json#/P` is not read: it is not on the origin of the description, SITE, so the parameter is left out.",
        "document_not_read SITE/dir/path.json#/put/requestBody/content/application~1json/schema: `broken.yaml` is not read: it is neither JSON nor YAML: bad indentation of a mapping entry (1:5), so any value is taken there.",
        "path_item_members_replaced /paths/~1kept: `parameters` beside `$ref` replaces what the referenced path item has.",
        "reference_cycle /paths/~1cycle/get/parameters/0: `#/components/parameters/A` leads back to itself, so the parameter is left out.",
        "reference_not_found /paths/~1kept/parameters/1: `#/components/parameters/No` leads to nothing, so the parameter is left out.",
        "reference_not_found /paths/~1lost: `path.json#/nowhere` leads to nothing, so the operations there are left out.",
        "reference_of_other_kind /paths/~1wrong/post/requestBody: `#/info/title` does not lead to an object, so the operation has no body.",
      ]);
    }),
  );

  it.scopedLive("stay in the folder of the description, wherever links lead", () =>
    Effect.gen(function* () {
      const outside = yield* folder({ "secret.yaml": "get: { operationId: secret }" });
      const inside = yield* folder({
        "openapi.json": describing({
          "/a": { $ref: `${outside}secret.yaml` },
          "/b": { $ref: "../secret.yaml" },
          "/c": { $ref: "link.yaml" },
          "/d": { $ref: "..%2f..%2fetc/hostname" },
          "/e": { $ref: "https://example.com/e.json" },
        }),
      });
      yield* Effect.promise(() =>
        symlink(new URL("secret.yaml", outside).pathname, new URL("link.yaml", inside).pathname),
      );
      const error = yield* Effect.flip(loadFrom(`${inside}openapi.json`));
      const counted = (part: string) => error.message.split(part).length - 1;
      expect(counted("it is not in the folder of the description or below")).toBe(2);
      expect(counted("is a link to another folder than the description's")).toBe(2);
      expect(counted("it is not a file, as the description is")).toBe(1);
    }),
  );

  it.effect(
    "of a description that was given as text are warnings, or a refusal that names them",
    () =>
      Effect.gen(function* () {
        const paths: JsonObject = {
          "/a": { $ref: "./a.yaml" },
          "/b": { $ref: "https://example.com/b.yaml" },
        };
        const error = yield* Effect.flip(load(describing(paths)));
        expect(error.message).toBe(
          "No operation of the description can be read. /paths/~1a: `./a.yaml` is not read: the URL of the description is not known, so the operations there are left out. /paths/~1b: `https://example.com/b.yaml` is not read: the URL of the description is not known, so the operations there are left out. Correct the references, or give one document that holds everything.",
        );
        const source = yield* load(describing({ ...paths, "/c": { get: {} } }));
        expect(source.warnings.map(({ code, place }) => [code, place])).toEqual([
          ["document_not_read", "/paths/~1a"],
          ["document_not_read", "/paths/~1b"],
        ]);
      }),
  );

  it.scopedLive("fail the reading where the next one may succeed", () =>
    Effect.gen(function* () {
      const origin = yield* serve((_, { pathname }) =>
        pathname === "/openapi.json"
          ? new Response(describing({ "/a": { get: {} }, "/b": { $ref: "b.json" } }))
          : new Response("", { status: 503 }),
      );
      const error = yield* Effect.flip(loadFrom(`${origin}/openapi.json`));
      expect(error._tag).toBe("SourceUnreachable");
      expect(error.message).toContain("b.json, which the description refers to, answered 503");
    }),
  );
});
