import { describe, expect, it } from "@effect/vitest";
import { Effect } from "effect";
import type { JsonObject } from "../../src/model/json.ts";
import { Sources } from "../../src/sources/sources.ts";
import { ToolInvoker } from "../../src/invocation/tool-invoker.ts";
import { fixtureSource, layerFixture } from "../support/fixture.ts";

const input = { type: "object", properties: { root: { $ref: "#/$defs/Node" } } };
const Node = {
  type: "object",
  properties: Object.fromEntries(
    Array.from({ length: 300 }, (_, at) => [`child${at}`, { $ref: "#/$defs/Node" }]),
  ),
};
const description = `${"Grow a tree. ".repeat(100)}\n\nPOST /trees`;

const callBuiltIn = (path: string, given: JsonObject) =>
  Effect.gen(function* () {
    yield* (yield* Sources).add(
      fixtureSource("hub", [{ path: "grow", description, input }], { definitions: { Node } }),
    );
    return yield* (yield* ToolInvoker).call(`executor.tools.${path}`, given);
  });

describe("the built-in tools", () => {
  it.effect("find tools with the beginning of a long description and its last line", () =>
    Effect.gen(function* () {
      const { data } = yield* callBuiltIn("search", { query: "grow" });
      expect(data).toMatchObject([
        {
          path: "hub.grow",
          description: expect.stringMatching(/^Grow a tree.{400,}…\n\nPOST \/trees$/),
        },
      ]);
      expect(JSON.stringify(data).length).toBeLessThan(800);
    }).pipe(Effect.provide(layerFixture)),
  );

  it.effect("describe a part of a tool, and where it goes on", () =>
    Effect.gen(function* () {
      const at = "#/$defs/Node/properties";
      const { data, size } = yield* callBuiltIn("describe", { path: "hub.grow", at, from: 7 });
      expect(size).toBeLessThanOrEqual(8_000);
      expect(data).toMatchObject({
        path: "hub.grow",
        at,
        from: 7,
        value: { child7: { $ref: "#/$defs/Node" } },
        more: [{ at, of: 300 }],
      });
    }).pipe(Effect.provide(layerFixture)),
  );

  it.effect("say which part of a tool does not exist", () =>
    Effect.gen(function* () {
      const part = { path: "hub.grow", at: "#/$defs/Leaf" };
      expect(yield* Effect.flip(callBuiltIn("describe", part))).toMatchObject({
        outcome: "tool_error",
        errorType: "unknown_place",
        message: expect.stringContaining("#/$defs/Leaf is no part of the tool"),
      });
    }).pipe(Effect.provide(layerFixture)),
  );
});
