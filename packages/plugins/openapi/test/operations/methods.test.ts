import { describe, expect, it } from "@effect/vitest";
import { UnsentMethods } from "@executor/sdk";
import { Effect } from "effect";
import { describing, invoke, load, serve, tool } from "../support.ts";

const toldIn = (document: string) =>
  Effect.map(load(document), ({ warnings }) =>
    warnings.map(({ code, place }) => `${code} ${place}`).toSorted(),
  );

describe("the operations of a path item", () => {
  it.effect("are told where they cannot be tools", () =>
    Effect.gen(function* () {
      const at = "/paths/~1a";
      expect(
        yield* toldIn(
          describing({
            "/a": {
              summary: "A",
              "x-a": 1,
              get: null,
              post: "x",
              put: [],
              trace: {},
              fetch: {},
              patch: { operationId: "kept" },
              additionalOperations: {
                PATCH: {},
                TRACE: {},
                "a b": {},
                Link: {},
                COPY: 1,
                MOVE: {},
              },
            },
            "/b": null,
            "/c": 1,
            "x-d": 1,
          }),
        ),
      ).toEqual(
        [
          ...["get", "post", "put", "additionalOperations/COPY"].map(
            (place) => `operation_not_an_object ${at}/${place}`,
          ),
          ...["trace", "additionalOperations/TRACE"].map(
            (place) => `method_not_sent ${at}/${place}`,
          ),
          ...["a b", "Link"].map((name) => `method_not_sent ${at}/additionalOperations/${name}`),
          `operation_repeated ${at}/additionalOperations/PATCH`,
          `member_unknown ${at}/fetch`,
          "not_an_object /paths/~1b",
          "not_an_object /paths/~1c",
        ].toSorted(),
      );
    }),
  );

  it.effect("are no tools where the HTTP client cannot send their method", () =>
    Effect.gen(function* () {
      const { tools, warnings } = yield* load(
        describing({ "/a": { additionalOperations: { LINK: {}, COPY: {} } } }),
      );
      expect(tools.map(({ path }) => path)).toEqual(["a.copy"]);
      expect(warnings).toMatchObject([
        {
          code: "method_not_sent",
          message: expect.stringContaining("from where Executor runs"),
          place: "/paths/~1a/additionalOperations/LINK",
        },
      ]);
    }).pipe(Effect.provideService(UnsentMethods, new Set(["LINK"]))),
  );

  it.effect("have callbacks and links, and a description webhooks, which are told once", () =>
    Effect.gen(function* () {
      const more = { callbacks: { a: {}, b: {} }, responses: { 200: { links: { l: {} } } } };
      const document = describing(
        { "/a": { get: {}, post: more }, "/b": { post: more } },
        { webhooks: { w: {} } },
      );
      const { warnings } = yield* load(document);
      expect(warnings).toEqual([
        {
          code: "webhooks_not_used",
          message: "Webhooks become no tools. The description has 1, of which this is the first.",
          place: "/webhooks/w",
        },
        {
          code: "callbacks_not_used",
          message: "Callbacks become no tools. The description has 4, of which this is the first.",
          place: "/paths/~1a/post/callbacks/a",
        },
        {
          code: "links_not_used",
          message: "Links become no tools. The description has 2, of which this is the first.",
          place: "/paths/~1a/post/responses/200/links/l",
        },
      ]);
    }),
  );

  it.effect("are told where several have one operationId", () =>
    Effect.gen(function* () {
      const named = { get: { operationId: "same" } };
      const document = describing({
        "/a": named,
        "/b": named,
        "/c": { get: { operationId: "c" } },
      });
      expect(yield* toldIn(document)).toEqual([
        "operation_id_repeated /paths/~1a/get",
        "operation_id_repeated /paths/~1b/get",
      ]);
    }),
  );

  it.scopedLive("are sent with the method as it is written", () =>
    Effect.gen(function* () {
      const origin = yield* serve(
        async (request) => new Response(`${request.method} ${await request.text()}`),
      );
      const requestBody = { content: { "text/plain": {} } };
      const document = describing(
        { "/a": { query: { requestBody }, additionalOperations: { MOVE: {}, "M-SEARCH": {} } } },
        { openapi: "3.2.0", servers: [{ url: origin }] },
      );
      const source = yield* load(document);
      expect(source.tools.map(({ annotations, path }) => [path, annotations.readOnly])).toEqual([
        ["a.query", true],
        ["a.move", false],
        ["a.mSearch", false],
      ]);
      expect(tool(source, "a.move").annotations.destructive).toBe(true);
      expect((yield* invoke(document, "a.query", { body: "b" })).data).toBe("QUERY b");
      expect((yield* invoke(document, "a.move", {})).data).toBe("MOVE ");
      expect((yield* invoke(document, "a.mSearch", {})).data).toBe("M-SEARCH ");
    }),
  );
});
