import { describe, expect, it } from "@effect/vitest";
import type { Json, JsonObject } from "@executor/sdk";
import { parseJson } from "@executor/sdk";
import { Effect } from "effect";
import { buildSchema } from "graphql";
import { executing, invoke } from "../support.ts";

const sdl = `
input Order { by: String!, descending: Boolean! = true }
type Query {
  page(first: Int! = 5, order: Order! = { by: "id" }): String
  echo(text: String = "none"): String
}
`;

const echo = (given: JsonObject): string => JSON.stringify(given);

describe("arguments", () => {
  it.scopedLive("that are not given take the server's defaults, also where they are non-null", () =>
    Effect.gen(function* () {
      const { sent, url } = yield* executing(buildSchema(sdl), { page: echo, echo });
      const page = (input: JsonObject) =>
        Effect.map(invoke({ document: sdl, baseUrl: url }, "query.page", input), valueOf);
      expect(yield* page({})).toEqual({ first: 5, order: { by: "id", descending: true } });
      expect(yield* page({ first: 2 })).toMatchObject({ first: 2, order: { by: "id" } });
      expect(yield* page({ order: { by: "name" } })).toEqual({
        first: 5,
        order: { by: "name", descending: true },
      });
      expect(sent).toEqual([
        { query: "query page { page }", operationName: "page", variables: {} },
        {
          query: "query page($first: Int!) { page(first: $first) }",
          operationName: "page",
          variables: { first: 2 },
        },
        {
          query: "query page($order: Order!) { page(order: $order) }",
          operationName: "page",
          variables: { order: { by: "name" } },
        },
      ]);
    }),
  );

  it.scopedLive("that are null are sent as null, which is no default", () =>
    Effect.gen(function* () {
      const { url } = yield* executing(buildSchema(sdl), { page: echo, echo });
      const said = (input: JsonObject) =>
        Effect.map(invoke({ document: sdl, baseUrl: url }, "query.echo", input), valueOf);
      expect(yield* said({})).toEqual({ text: "none" });
      expect(yield* said({ text: null })).toEqual({ text: null });
    }),
  );
});

const valueOf = ({ data }: { readonly data: Json }): Json =>
  typeof data === "string" ? parseJson(data) : data;
