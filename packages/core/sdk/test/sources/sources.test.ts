import { SqlClient } from "@effect/sql";
import { describe, expect, it } from "@effect/vitest";
import { Effect, Either } from "effect";
import { Namespace, NewSource, SourceSettings } from "../../src/model/source.ts";
import { Sources } from "../../src/sources/sources.ts";
import { Tools } from "../../src/tools/tools.ts";
import { fixtureDocument, fixtureSource, layerFixture } from "../support/fixture.ts";
import { counterValue, gaugeValue } from "@executor/testing/series";

const everything = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient;
  return {
    sources: yield* sql`SELECT * FROM sources ORDER BY namespace`,
    tools: yield* sql`SELECT * FROM tools ORDER BY id`,
    definitions: yield* sql`SELECT * FROM definitions ORDER BY name`,
  };
});

describe("Sources", () => {
  it.effect("has the built-in source from the start", () =>
    Effect.gen(function* () {
      const [source] = yield* (yield* Sources).list;
      expect(source).toMatchObject({ namespace: "executor", kind: "executor", toolCount: 3 });
    }).pipe(Effect.provide(layerFixture)),
  );

  it.effect("adds a source with its tools, and shows no values of headers", () =>
    Effect.gen(function* () {
      const sources = yield* Sources;
      const added = yield* sources.add(
        fixtureSource("added", [{ path: "a.b" }, { path: "c" }], {
          headers: { Authorization: "Bearer hunter2" },
        }),
      );
      expect(added).toMatchObject({
        toolCount: 2,
        headerNames: ["Authorization"],
        lastError: null,
      });
      expect(JSON.stringify(yield* sources.list)).not.toContain("hunter2");
      expect(yield* sources.get("added")).toEqual(added);
      expect(
        gaugeValue("executor.source.tools", { "executor.source": "added", kind: "openapi" }),
      ).toBe(2);
      expect(
        gaugeValue("executor.source.up", { "executor.source": "added", kind: "openapi" }),
      ).toBe(1);
    }).pipe(Effect.provide(layerFixture)),
  );

  it.effect("refuses a namespace that is taken, reserved, or of a kind without plugin", () =>
    Effect.gen(function* () {
      const sources = yield* Sources;
      yield* sources.add(fixtureSource("taken", [{ path: "a" }]));
      const before = yield* everything;
      const taken = yield* Effect.flip(sources.add(fixtureSource("taken", [{ path: "b" }])));
      expect(taken).toMatchObject({ _tag: "NamespaceUnavailable" });
      const reserved = yield* Effect.flip(sources.add(fixtureSource("search", [{ path: "b" }])));
      expect(reserved).toMatchObject({ _tag: "NamespaceUnavailable" });
      const kind = yield* Effect.flip(
        sources.add(
          new NewSource({ namespace: Namespace.make("g"), kind: "graphql", headers: {} }),
        ),
      );
      expect(kind).toMatchObject({ _tag: "UnsupportedSourceKind" });
      expect(yield* everything).toEqual(before);
    }).pipe(Effect.provide(layerFixture)),
  );

  it.effect("stores exactly one of two simultaneous additions of a namespace", () =>
    Effect.gen(function* () {
      const sources = yield* Sources;
      const results = yield* Effect.all(
        [
          Effect.either(sources.add(fixtureSource("race", [{ path: "one" }]))),
          Effect.either(sources.add(fixtureSource("race", [{ path: "two" }]))),
        ],
        { concurrency: 2 },
      );
      expect(results.filter(Either.isRight)).toHaveLength(1);
      expect((yield* (yield* Tools).list({ namespace: "race", limit: 10 })).items).toHaveLength(1);
    }).pipe(Effect.provide(layerFixture)),
  );

  it.effect("stores nothing from a description that does not load", () =>
    Effect.gen(function* () {
      const sources = yield* Sources;
      const before = yield* everything;
      const failures = counterValue("executor.source.connects", {
        "executor.source": "_OTHER",
        outcome: "error",
      });
      const error = yield* Effect.flip(
        sources.add(new NewSource({ ...fixtureSource("bad", []), document: "<html>" })),
      );
      expect(error).toMatchObject({ _tag: "InvalidSourceDocument" });
      expect(yield* everything).toEqual(before);
      expect(
        counterValue("executor.source.connects", { "executor.source": "_OTHER", outcome: "error" }),
      ).toBe(failures + 1);
    }).pipe(Effect.provide(layerFixture)),
  );

  it.effect("replaces the tools on refresh, and keeps them if it fails", () =>
    Effect.gen(function* () {
      const sources = yield* Sources;
      const tools = yield* Tools;
      yield* sources.add(fixtureSource("fresh", [{ path: "old" }], { definitions: { D: {} } }));
      yield* tools.get("fresh.old");
      const next = fixtureSource("fresh", [{ path: "new" }, { path: "newer" }]).document;
      expect(yield* sources.refresh("fresh", next)).toMatchObject({ toolCount: 2 });
      expect(yield* Effect.flip(tools.get("fresh.old"))).toMatchObject({ _tag: "ToolNotFound" });
      expect((yield* tools.list({ query: "old", limit: 10 })).items).toEqual([]);

      const error = yield* Effect.flip(sources.refresh("fresh", "<html>"));
      expect(error).toMatchObject({ _tag: "InvalidSourceDocument" });
      expect(yield* sources.get("fresh")).toMatchObject({
        toolCount: 2,
        lastError: "This is no fixture.",
      });
      expect(
        gaugeValue("executor.source.up", { "executor.source": "fresh", kind: "openapi" }),
      ).toBe(0);
      yield* tools.get("fresh.new");
    }).pipe(Effect.provide(layerFixture)),
  );

  it.effect("keeps a description's warnings until the next one is read", () =>
    Effect.gen(function* () {
      const sources = yield* Sources;
      const warning = { code: "no_operations", message: "There are none.", place: "/paths" };
      const added = yield* sources.add(fixtureSource("warned", [], { warnings: [warning] }));
      expect(added).toMatchObject({ warnings: [warning], warningCount: 1 });
      expect(yield* sources.get("warned")).toEqual(added);
      expect(yield* sources.list).toMatchObject([{ warningCount: 0 }, { warningCount: 1 }]);

      const many = Array.from({ length: 250 }, () => warning);
      const worse = fixtureDocument("warned", [], { warnings: many });
      const refreshed = yield* sources.refresh("warned", worse);
      expect(refreshed).toMatchObject({ warningCount: 250 });
      expect(refreshed.warnings).toHaveLength(101);
      yield* Effect.flip(sources.refresh("warned", "<html>"));
      expect((yield* sources.get("warned")).warnings).toEqual(refreshed.warnings);

      const mended = fixtureDocument("warned", [{ path: "a" }]);
      expect(yield* sources.refresh("warned", mended)).toMatchObject({
        warnings: [],
        warningCount: 0,
      });
    }).pipe(Effect.provide(layerFixture)),
  );

  it.effect("says what to do if there is nothing to refresh from", () =>
    Effect.gen(function* () {
      const sources = yield* Sources;
      yield* sources.add(fixtureSource("text", [{ path: "a" }]));
      expect((yield* Effect.flip(sources.refresh("text"))).message).toContain("Send its new text");
      expect(yield* Effect.flip(sources.refresh("nobody"))).toMatchObject({
        _tag: "SourceNotFound",
      });
      expect(yield* Effect.flip(sources.refresh("executor"))).toMatchObject({
        _tag: "BuiltInSource",
      });
    }).pipe(Effect.provide(layerFixture)),
  );

  it.effect("removes a source and everything that belongs to it", () =>
    Effect.gen(function* () {
      const sources = yield* Sources;
      const before = yield* everything;
      yield* sources.add(fixtureSource("gone", [{ path: "a" }], { definitions: { D: {} } }));
      yield* sources.remove("gone");
      expect(yield* everything).toEqual(before);
      expect(
        gaugeValue("executor.source.up", { "executor.source": "gone", kind: "openapi" }),
      ).toBeUndefined();
      expect(yield* Effect.flip(sources.remove("gone"))).toMatchObject({ _tag: "SourceNotFound" });
      expect(yield* Effect.flip(sources.remove("executor"))).toMatchObject({
        _tag: "BuiltInSource",
      });
    }).pipe(Effect.provide(layerFixture)),
  );

  it.effect("detects the kind of a description", () =>
    Effect.gen(function* () {
      const sources = yield* Sources;
      const { document } = fixtureSource("Petstore".toLowerCase(), []);
      expect(yield* sources.detect(new SourceSettings({ document, headers: {} }))).toEqual([
        { kind: "openapi", name: "petstore", namespace: "petstore" },
      ]);
      expect(yield* sources.detect(new SourceSettings({ document: "x", headers: {} }))).toEqual([]);
    }).pipe(Effect.provide(layerFixture)),
  );
});
