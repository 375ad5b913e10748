import { describe, expect, it } from "@effect/vitest";
import { layerMemory } from "@executor/storage/bun";
import { untilEffect } from "@executor/testing";
import { Effect, Layer } from "effect";
import { SecretKey } from "../../src/credentials/vault.ts";
import { ToolInvoker } from "../../src/invocation/tool-invoker.ts";
import type { SourceEdit } from "../../src/model/source-edit.ts";
import { Policies } from "../../src/policies/policies.ts";
import { PolicyPattern } from "../../src/model/policy.ts";
import { Sources } from "../../src/sources/sources.ts";
import { Tools } from "../../src/tools/tools.ts";
import { fixtureDocument, fixtureSource, layerFixture } from "../support/fixture.ts";
import { layerProbe, Probe, probeSource, putSecret, secretName } from "../support/probe.ts";

const probed = Layer.provideMerge(layerProbe, Layer.merge(layerMemory, SecretKey.layerTest));

const edit = (namespace: string, change: SourceEdit) =>
  Effect.flatMap(Sources, (sources) => sources.edit(namespace, change));
const call = (address: string) =>
  Effect.flatMap(ToolInvoker, (invoker) => invoker.call(address, {}));
const elsewhere = "https://other.example.com/mcp";

describe("Sources.edit", () => {
  it.effect("changes what needs no description without asking upstream", () =>
    Effect.gen(function* () {
      const probe = yield* Probe;
      const added = yield* (yield* Sources).add(probeSource("plain", {}));
      const edited = yield* edit("plain", {
        name: "Another",
        timeoutMs: 5_000,
        checkInputs: false,
        reviewNewWrites: true,
      });
      const { changes, ...shown } = edited;
      expect(changes).toBeNull();
      expect(shown).toEqual({
        ...added,
        name: "Another",
        timeoutMs: 5_000,
        checkInputs: false,
        reviewNewWrites: true,
      });
      expect({ ...(yield* (yield* Sources).get("plain")) }).toEqual(shown);
      expect(probe.loads).toBe(1);
    }).pipe(Effect.provide(probed)),
  );

  it.effect("sets and removes headers by their names in any spelling, and keeps the others", () =>
    Effect.gen(function* () {
      const headers = { "X-One": "1", "X-Two": "2", "X-Three": "3" };
      yield* (yield* Sources).add(probeSource("headed", { headers }));
      const edited = yield* edit("headed", {
        headers: { "x-one": "uno", "x-TWO": null, "X-Four": "4", "X-None": null },
      });
      expect(edited.headerNames).toEqual(["X-Three", "x-one", "X-Four"]);
      expect((yield* call("headed.echo")).data).toEqual({
        "x-one": "uno",
        "X-Three": "3",
        "X-Four": "4",
      });
    }).pipe(Effect.provide(probed)),
  );

  it.effect("changes nothing when the description cannot be read", () =>
    Effect.gen(function* () {
      const probe = yield* Probe;
      const added = yield* (yield* Sources).add(probeSource("whole", { headers: { "X-A": "1" } }));
      probe.unreachable = true;
      const error = yield* Effect.flip(
        edit("whole", { name: "New", headers: { "X-B": "2" }, enabled: false }),
      );
      expect(error).toMatchObject({ _tag: "SourceUnreachable" });
      expect(yield* (yield* Sources).get("whole")).toEqual(added);
    }).pipe(Effect.provide(probed)),
  );

  it.effect("keeps credentials given as text where they were given for", () =>
    Effect.gen(function* () {
      const probe = yield* Probe;
      yield* (yield* Sources).add(
        probeSource("bound", { headers: { "X-Key": "one", "X-Old": "two" } }),
      );
      const loads = probe.loads;
      const moved = yield* Effect.flip(edit("bound", { url: elsewhere }));
      expect(moved).toMatchObject({ _tag: "InvalidSourceEdit" });
      expect(moved.message).toContain("X-Key, X-Old");
      const half = yield* Effect.flip(
        edit("bound", { url: elsewhere, headers: { "x-key": "new" } }),
      );
      expect(half.message).toContain(": X-Old.");
      expect(probe.loads).toBe(loads);
      const whole = yield* edit("bound", {
        url: elsewhere,
        headers: { "x-key": "new", "X-Old": null },
      });
      expect(whole).toMatchObject({ url: elsewhere, headerNames: ["x-key"] });
    }).pipe(Effect.provide(probed)),
  );

  it.effect("keeps secrets to their own origins, whether or not the description is read", () =>
    Effect.gen(function* () {
      yield* putSecret("key", "hunter2hunter2");
      const reference = { secret: secretName("key") };
      yield* (yield* Sources).add(probeSource("secret", { headers: { "X-Key": reference } }));
      expect(yield* Effect.flip(edit("secret", { url: elsewhere }))).toMatchObject({
        _tag: "SecretNotForOrigin",
      });
      expect(
        yield* Effect.flip(edit("secret", { headers: { "X-B": { secret: secretName("no") } } })),
      ).toMatchObject({ _tag: "MissingSecret" });
    }).pipe(Effect.provide(probed)),
  );

  it.effect(
    "lets the plugin close what it kept open for the old settings, and follows the new",
    () =>
      Effect.gen(function* () {
        const probe = yield* Probe;
        yield* (yield* Sources).add(probeSource("open", { headers: { "X-A": "1" } }));
        yield* untilEffect("the source is followed", () => probe.following.length === 1);
        yield* edit("open", { headers: { "X-A": "2" } });
        expect(probe.released.map(({ headers }) => headers)).toEqual([{ "X-A": "1" }]);
        yield* untilEffect("it is followed anew", () => probe.following[0]?.headers["X-A"] === "2");
        yield* edit("open", { enabled: false });
        expect(probe.following).toEqual([]);
        expect(probe.released).toHaveLength(2);
        yield* edit("open", { enabled: true });
        yield* untilEffect("it is followed again", () => probe.following.length === 1);
      }).pipe(Effect.provide(probed)),
  );

  it.effect("loses none of many simultaneous edits", () =>
    Effect.gen(function* () {
      yield* (yield* Sources).add(probeSource("busy", {}));
      const names = Array.from({ length: 12 }, (_, index) => `X-H${index}`);
      yield* Effect.all(
        [
          ...names.map((name) => edit("busy", { headers: { [name]: "1" } })),
          edit("busy", { timeoutMs: 77 }),
          (yield* Sources).refresh("busy"),
        ],
        { concurrency: "unbounded" },
      );
      const { headerNames, timeoutMs } = yield* (yield* Sources).get("busy");
      expect(headerNames.toSorted()).toEqual(names.toSorted());
      expect(timeoutMs).toBe(77);
    }).pipe(Effect.provide(probed)),
  );

  it.effect("disables a source: its tools are neither listed nor callable", () =>
    Effect.gen(function* () {
      const tools = yield* Tools;
      const sources = yield* Sources;
      yield* sources.add(fixtureSource("off", [{ path: "a" }]));
      yield* sources.add(fixtureSource("on", [{ path: "a" }]));
      expect(yield* edit("off", { enabled: false })).toMatchObject({ enabled: false });
      const list = (query: string, namespace?: string) =>
        Effect.map(tools.list({ query, namespace, limit: 10 }), ({ items }) =>
          items.map(({ address }) => address),
        );
      expect(yield* list("", "off")).toEqual([]);
      expect(yield* list("a")).not.toContain("off.a");
      expect(yield* list("a")).toContain("on.a");
      expect(yield* Effect.flip(call("off.a"))).toMatchObject({
        outcome: "blocked",
        errorType: "source_disabled",
        message: expect.stringContaining("The operator has disabled the source off"),
      });
      yield* edit("off", { enabled: true });
      expect(yield* list("", "off")).toEqual(["off.a"]);
      yield* call("off.a");
    }).pipe(Effect.provide(layerFixture)),
  );

  it.effect("asks for the text of a source that was added as text, where it has to be read", () =>
    Effect.gen(function* () {
      yield* (yield* Sources).add(fixtureSource("text", [{ path: "a" }]));
      yield* (yield* Policies).replace([
        { pattern: PolicyPattern.make("text.a"), decision: "block" },
      ]);
      const baseUrl = "http://elsewhere.test";
      const error = yield* Effect.flip(edit("text", { baseUrl }));
      expect(error).toMatchObject({ _tag: "InvalidSourceEdit" });
      expect(error.message).toContain("Send its text");
      expect(yield* Effect.flip(edit("text", { headers: { "X-Key": "1" } }))).toMatchObject({
        _tag: "InvalidSourceEdit",
      });
      yield* edit("text", { headers: { Authorization: "Bearer 1" } });
      yield* edit("text", { headers: { Authorization: null } });
      const document = fixtureDocument("text", [{ path: "a" }, { path: "b" }]);
      expect(yield* edit("text", { baseUrl, document })).toMatchObject({
        toolCount: 2,
        url: baseUrl,
        baseUrl,
      });
      expect(yield* edit("text", { baseUrl })).toMatchObject({ toolCount: 2 });
      expect(yield* Effect.flip(call("text.a"))).toMatchObject({ errorType: "blocked_by_policy" });
    }).pipe(Effect.provide(layerFixture)),
  );

  it.effect("says what does not fit the source", () =>
    Effect.gen(function* () {
      yield* (yield* Sources).add(fixtureSource("text", []));
      for (const change of [{ command: "npx" }, { args: [] }, { env: {} }, { cwd: "/" }]) {
        expect((yield* Effect.flip(edit("text", change))).message).toContain("is no program");
      }
      expect(yield* Effect.flip(edit("nobody", {}))).toMatchObject({ _tag: "SourceNotFound" });
      expect(yield* Effect.flip(edit("executor", {}))).toMatchObject({ _tag: "BuiltInSource" });
    }).pipe(Effect.provide(layerFixture)),
  );
});
