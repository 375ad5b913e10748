import { describe, expect, it } from "@effect/vitest";
import { Effect } from "effect";
import type { JsonObject } from "../../src/model/json.ts";
import { Sources } from "../../src/sources/sources.ts";
import { ToolInvoker } from "../../src/invocation/tool-invoker.ts";
import { fixtureSource, layerFixture } from "../support/fixture.ts";

const count = { type: "object", properties: { count: { type: "integer" } } };
const input = (body: JsonObject): JsonObject => ({
  type: "object",
  properties: { id: { type: "integer" }, page: { type: "integer" }, body },
  required: ["id", "body"],
  additionalProperties: false,
});

/** Calls of a tool that echoes, and of one that the upstream refuses with 404, whose `body` is only advised. */
const calls = (body: JsonObject, more: Parameters<typeof fixtureSource>[2] = {}) =>
  Effect.gen(function* () {
    const tools = [
      { path: "echo", input: input(body) },
      { path: "refuse", does: "answer404", input: input(body) },
      { path: "down", does: "refuse", input: input(body) },
    ];
    yield* (yield* Sources).add(fixtureSource("hub", tools, more));
    const { call } = yield* ToolInvoker;
    return {
      echoes: (given: JsonObject) =>
        Effect.map(call("hub.echo", given), ({ data }) => expect(data).toEqual(given)),
      message: (path: string, given: JsonObject) =>
        Effect.map(Effect.flip(call(`hub.${path}`, given)), (error) => error.message),
    };
  });

describe("the check of an input", () => {
  it.effect("sends a body that differs, and tells how when the upstream refuses it", () =>
    Effect.gen(function* () {
      const { echoes, message } = yield* calls(count);
      const given = { id: 1, body: { count: "many" } };
      yield* echoes(given);
      yield* echoes({ id: 1, body: "no object" });
      expect(yield* message("refuse", given)).toBe(
        'Not Found The body also differs from its schema: input.body.count: Instance type "string" is invalid. Expected "integer".',
      );
      expect(yield* message("refuse", { id: 1, body: { count: 1 } })).toBe("Not Found");
      expect(yield* message("down", given)).not.toContain("schema");
    }).pipe(Effect.provide(layerFixture)),
  );

  it.effect("refuses what the API cannot take, and says nothing else", () =>
    Effect.gen(function* () {
      const { message } = yield* calls(count);
      const body = { count: "many" };
      expect(yield* message("echo", { body })).toContain('required property "id". Call');
      expect(yield* message("echo", { id: "one", body })).toContain('Expected "integer". Call');
      expect(yield* message("echo", { id: 1 })).toContain('required property "body"');
      const unknown = yield* message("echo", { id: 1, bdy: {}, body });
      expect(unknown).toContain('"bdy" does not match additional properties');
      expect(unknown).not.toContain("input.body.count");
    }).pipe(Effect.provide(layerFixture)),
  );

  it.effect.each<[string, JsonObject]>([
    ["itself", { ...count, additionalProperties: false }],
    ["through a reference", { $ref: "#/$defs/Alias" }],
  ])("refuses names that the body's schema excludes %s", ([, body]) =>
    Effect.gen(function* () {
      const closed = {
        ...count,
        patternProperties: { "^x-": { type: "string" } },
        additionalProperties: false,
      };
      const definitions = { Alias: { $ref: "#/$defs/Count" }, Count: closed };
      const { echoes, message } = yield* calls(body, { definitions });
      yield* echoes({ id: 1, body: { count: [] } });
      expect(yield* message("echo", { id: 1, body: { cuont: 1 } })).toContain('"cuont"');
      if (body["$ref"] !== undefined) yield* echoes({ id: 1, body: { "x-a": 1 } });
    }).pipe(Effect.provide(layerFixture)),
  );

  it.effect("refuses an integer that may have lost digits, in an advised body too", () =>
    Effect.gen(function* () {
      const { echoes, message } = yield* calls(count);
      const said = yield* message("echo", { id: 1, body: { count: 2 ** 53, other: 1 } });
      expect(said).toContain("input.body.count: 9007199254740992 lies beyond 2^53");
      yield* echoes({ id: 1, body: { count: 2 ** 53 - 1, other: 2 ** 60 } });
      yield* echoes({ id: 1, body: { count: String(2n ** 60n) } });
    }).pipe(Effect.provide(layerFixture)),
  );

  it.effect("takes null for a parameter that may be left out", () =>
    Effect.gen(function* () {
      const { echoes, message } = yield* calls(count);
      yield* echoes({ id: 1, page: null, body: {} });
      expect(yield* message("echo", { id: null, body: {} })).toContain("input.id");
      expect(yield* message("echo", { id: 1, other: null, body: {} })).toContain('"other"');
    }).pipe(Effect.provide(layerFixture)),
  );

  it.effect("takes a body that is too much to check", () =>
    Effect.gen(function* () {
      const text = { type: "string", pattern: "(?:a?){300}a{300}" };
      const { echoes } = yield* calls(text);
      yield* echoes({ id: 1, body: "a".repeat(100_000) });
    }).pipe(Effect.provide(layerFixture)),
  );

  it.effect("takes any object where the operator has switched the check off", () =>
    Effect.gen(function* () {
      const { echoes } = yield* calls(count, { checkInputs: false });
      yield* echoes({ anything: 1 });
      const { call } = yield* ToolInvoker;
      const error = yield* Effect.flip(call("hub.echo", []));
      expect(error.message).toContain("expected an object");
    }).pipe(Effect.provide(layerFixture)),
  );
});
