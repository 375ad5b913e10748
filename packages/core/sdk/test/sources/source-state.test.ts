import * as SqlClient from "@effect/sql/SqlClient";
import { describe, expect, it } from "@effect/vitest";
import { layerMemory } from "@executor/storage/bun";
import { untilEffect } from "@executor/testing";
import { gaugeValue } from "@executor/testing/series";
import { DateTime, Deferred, Duration, Effect, Fiber, Layer, TestClock } from "effect";
import fc from "fast-check";
import { SecretKey } from "../../src/credentials/vault.ts";
import { ToolInvoker } from "../../src/invocation/tool-invoker.ts";
import { PolicyPattern } from "../../src/model/policy.ts";
import { plainText } from "../../src/model/plain-text.ts";
import type { SourceDetails, SourceNotFound } from "../../src/model/source.ts";
import { Sources } from "../../src/sources/sources.ts";
import { retryDelay } from "../../src/sources/state-changes.ts";
import { Toolkit, ToolkitName } from "../../src/toolkits/toolkit.ts";
import { ToolScope } from "../../src/toolkits/tool-scope.ts";
import { fixtureSource, layerFixture } from "../support/fixture.ts";
import { layerProbe, Probe, probeSource, putSecret, secretName } from "../support/probe.ts";

const database = Layer.merge(layerMemory, SecretKey.layerTest);
const layer = Layer.provideMerge(layerProbe, database);

const get = (namespace: string): Effect.Effect<SourceDetails, SourceNotFound, Sources> =>
  Effect.flatMap(Sources, (sources) => sources.get(namespace));

const call = (address: string) =>
  Effect.flatMap(ToolInvoker, (invoker) => invoker.call(address, {}));

const untilStatus = (namespace: string, status: string) =>
  Effect.flatMap(Sources, (sources) =>
    untilEffect(`${namespace} is ${status}`, () =>
      Effect.runPromise(Effect.map(sources.get(namespace), ({ state }) => state.status === status)),
    ),
  );

const millis = (time: DateTime.Utc | null) => (time === null ? null : DateTime.toEpochMillis(time));

/** Adds a source whose server does not answer. */
const addUnread = (
  namespace: string,
  settings: Parameters<typeof probeSource>[1] = {},
  passing: "connection_error" | "unauthorized" = "connection_error",
) =>
  Effect.gen(function* () {
    const probe = yield* Probe;
    probe.unreachable = true;
    probe.passing = passing;
    return yield* (yield* Sources).add(probeSource(namespace, settings));
  });

describe("a source that cannot be read yet", () => {
  it.effect("is kept without tools, and tells why and since when", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1_000_000);
      const probe = yield* Probe;
      probe.complaint = "\u001b]0;owned\u0007 \u202enow";
      const added = yield* addUnread("kept", {}, "unauthorized");
      expect(added).toMatchObject({
        name: "kept",
        url: "https://api.example.com/mcp",
        toolCount: 0,
        refreshedAt: null,
        lastError: "No answer to  ]0;owned   now",
        state: {
          status: "needs_sign_in",
          code: "unauthorized",
          reason: "No answer to  ]0;owned   now",
        },
      });
      expect(millis(added.state.since)).toBe(1_000_000);
      expect(yield* get("kept")).toEqual(added);
      const states = ["ready", "starting", "needs_sign_in", "unreachable"].map((state) =>
        gaugeValue("executor.source.state", { "executor.source": "kept", state }),
      );
      expect(states).toEqual([undefined, undefined, 1, undefined]);
      expect(gaugeValue("executor.source.up", { "executor.source": "kept", kind: "mcp" })).toBe(0);
    }).pipe(Effect.provide(layer)),
  );

  it.effect("is refused where another try would fail too", () =>
    Effect.gen(function* () {
      const probe = yield* Probe;
      probe.unreachable = true;
      const sources = yield* Sources;
      for (const settings of [{}, { command: "no-such-program" }]) {
        const error = yield* Effect.flip(sources.add(probeSource("wrong", settings)));
        expect(error).toMatchObject({ _tag: "SourceUnreachable" });
        expect(yield* Effect.flip(get("wrong"))).toMatchObject({ _tag: "SourceNotFound" });
      }
      const state = { "executor.source": "wrong", state: "starting" };
      expect(gaugeValue("executor.source.state", state)).toBeUndefined();
    }).pipe(Effect.provide(layer)),
  );

  it.effect("is read again ever less often, until that works", () =>
    Effect.gen(function* () {
      const probe = yield* Probe;
      yield* addUnread("later");
      const loop = yield* Effect.fork((yield* Sources).rereading.whenDue);
      for (let second = 0; second < 600; second += 1) {
        yield* TestClock.adjust(1_000);
        yield* Effect.promise(() => Bun.sleep(1));
      }
      expect(probe.loads).toBeGreaterThan(7);
      expect(probe.loads).toBeLessThan(14);
      const { state } = yield* get("later");
      expect(state).toMatchObject({ status: "unreachable", code: "connection_error" });
      expect(millis(state.since)).toBe(0);
      probe.unreachable = false;
      yield* TestClock.adjust(900_000);
      yield* untilStatus("later", "ready");
      expect(yield* get("later")).toMatchObject({ name: "Probe ", toolCount: 4, lastError: null });
      const loads = probe.loads;
      yield* TestClock.adjust(3_600_000);
      yield* Effect.promise(() => Bun.sleep(20));
      expect(probe.loads).toBe(loads);
      yield* Fiber.interrupt(loop);
    }).pipe(Effect.provide(layer)),
  );

  it.effect.each([true, false])(
    "is read again ever less often where readings break (in a loop: %j)",
    (isLoop) =>
      Effect.gen(function* () {
        const probe = yield* Probe;
        yield* addUnread("breaks");
        probe.breaks = true;
        const { rereading } = yield* Sources;
        const loop = isLoop ? yield* Effect.fork(rereading.whenDue) : undefined;
        for (let second = 0; second < 600; second += 1) {
          yield* TestClock.adjust(1_000);
          yield* isLoop ? Effect.promise(() => Bun.sleep(1)) : rereading.due;
        }
        expect(probe.loads).toBeGreaterThan(7);
        expect(probe.loads).toBeLessThan(14);
        expect((yield* get("breaks")).state).toMatchObject({
          status: "unreachable",
          code: "other",
          reason: expect.stringContaining("fault in Executor itself"),
        });
        probe.breaks = false;
        probe.unreachable = false;
        yield* TestClock.adjust(900_000);
        if (!isLoop) yield* rereading.due;
        yield* untilStatus("breaks", "ready");
        if (loop !== undefined) yield* Fiber.interrupt(loop);
      }).pipe(Effect.provide(layer)),
  );

  it.effect("is read once a minute where not even a failure can be stored", () =>
    Effect.gen(function* () {
      const probe = yield* Probe;
      yield* addUnread("unstored");
      probe.breaks = true;
      const sql = yield* SqlClient.SqlClient;
      yield* sql`CREATE TRIGGER full BEFORE UPDATE ON sources BEGIN SELECT RAISE(ABORT, 'full'); END`;
      const { rereading } = yield* Sources;
      const loop = yield* Effect.fork(rereading.whenDue);
      for (let second = 0; second < 600; second += 1) {
        yield* TestClock.adjust(1_000);
        yield* Effect.promise(() => Bun.sleep(1));
      }
      expect(probe.loads).toBeGreaterThan(9);
      expect(probe.loads).toBeLessThan(13);
      yield* Fiber.interrupt(loop);
    }).pipe(Effect.provide(layer)),
  );

  it.effect("is read again after a restart, and where it is due and no loop runs", () =>
    Effect.gen(function* () {
      yield* Effect.provide(addUnread("again"), layerProbe);
      yield* Effect.gen(function* () {
        expect((yield* get("again")).state).toMatchObject({ status: "unreachable" });
        yield* TestClock.adjust(2_000);
        yield* (yield* Sources).rereading.due;
        expect((yield* get("again")).state).toMatchObject({ status: "ready", code: null });
      }).pipe(Effect.provide(layerProbe));
    }).pipe(Effect.provide(database)),
  );

  it.effect("is read when one of its secrets changes", () =>
    Effect.gen(function* () {
      const probe = yield* Probe;
      yield* putSecret("token", "old");
      yield* addUnread("signed", { headers: { A: { secret: secretName("token") } } });
      yield* addUnread("other");
      probe.unreachable = false;
      yield* putSecret("token", "new");
      yield* untilStatus("signed", "ready");
      expect((yield* get("other")).state.status).toBe("unreachable");
    }).pipe(Effect.provide(layer)),
  );

  it.effect("keeps what is changed of it, and is read with that", () =>
    Effect.gen(function* () {
      const probe = yield* Probe;
      const sources = yield* Sources;
      yield* addUnread("changed", { command: "npx", env: { A: "1" } });
      const edited = yield* sources.edit("changed", { env: { B: "2" }, timeoutMs: 60_000 });
      expect(edited).toMatchObject({
        envNames: ["A", "B"],
        timeoutMs: 60_000,
        state: { status: "unreachable" },
        changes: null,
      });
      probe.unreachable = false;
      expect(yield* sources.edit("changed", { env: { A: null } })).toMatchObject({
        envNames: ["B"],
        toolCount: 4,
        state: { status: "ready" },
      });
      expect(probe.seen.at(-1)?.env).toEqual({ B: "2" });
    }).pipe(Effect.provide(layer)),
  );

  it.effect("is read when a tool of it is called, but not by every call", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1_000_000);
      const probe = yield* Probe;
      yield* addUnread("called");
      for (let count = 0; count < 20; count += 1) {
        const error = yield* Effect.flip(call("called.echo"));
        expect(error).toMatchObject({
          errorType: "source_not_ready",
          message: "The tools of called are not known yet (unreachable). No answer to ",
        });
      }
      expect(probe.loads).toBe(2);
      probe.unreachable = false;
      yield* TestClock.adjust(6_000);
      expect((yield* call("called.echo")).data).toEqual({});
      expect(probe.loads).toBe(3);
      expect(yield* Effect.flip(call("called.nothing"))).toMatchObject({
        errorType: "unknown_tool",
      });
    }).pipe(Effect.provide(layer)),
  );

  it.effect("is neither read nor told by calls of a toolkit that has nothing of it", () =>
    Effect.gen(function* () {
      const probe = yield* Probe;
      yield* TestClock.setTime(1_000_000);
      yield* addUnread("hidden");
      const name = ToolkitName.make("small");
      const tools = [PolicyPattern.make("other.*")];
      const toolkit = new Toolkit({ name, description: "", tools, policies: [], listTools: false });
      const scope = { _tag: "Toolkit" as const, name, current: () => toolkit };
      const error = yield* Effect.flip(
        Effect.provideService(call("hidden.echo"), ToolScope, scope),
      );
      expect(error).toMatchObject({ errorType: "unknown_tool" });
      expect(error.message).not.toMatch(/unreachable|not known yet/);
      expect(probe.loads).toBe(1);
    }).pipe(Effect.provide(layer)),
  );
});

describe("a program", () => {
  const program = { command: "npx", args: ["-y", "slow"] };

  it.effect("is a starting source until it has listed its tools", () =>
    Effect.gen(function* () {
      const probe = yield* Probe;
      const gate = yield* Deferred.make<void>();
      probe.gate = Deferred.await(gate);
      const sources = yield* Sources;
      const adding = yield* Effect.fork(sources.add(probeSource("slow", program)));
      yield* untilEffect("the source is there", () =>
        Effect.runPromise(
          Effect.map(sources.list, (all) => all.some(({ namespace }) => namespace === "slow")),
        ),
      );
      expect((yield* get("slow")).state).toMatchObject({
        status: "starting",
        code: "first_start",
        reason: expect.stringContaining("npx"),
      });
      expect(yield* Effect.flip(call("slow.echo"))).toMatchObject({
        errorType: "source_not_ready",
      });
      yield* Deferred.succeed(gate, undefined);
      expect(yield* Fiber.join(adding)).toMatchObject({
        name: "Probe ",
        toolCount: 4,
        state: { status: "ready", code: null },
      });
      expect(probe.loads).toBe(1);
    }).pipe(Effect.provide(layer)),
  );

  it.effect("leaves nothing where its start is given up", () =>
    Effect.gen(function* () {
      const probe = yield* Probe;
      probe.gate = Effect.never;
      const sources = yield* Sources;
      const adding = yield* Effect.fork(sources.add(probeSource("gone", program)));
      yield* untilEffect("the source is there", () =>
        Effect.runPromise(
          Effect.map(sources.list, (all) => all.some(({ namespace }) => namespace === "gone")),
        ),
      );
      yield* Fiber.interrupt(adding);
      expect(yield* Effect.flip(get("gone"))).toMatchObject({ _tag: "SourceNotFound" });
    }).pipe(Effect.provide(layer)),
  );

  it.effect("is no longer waited for where it is removed while it starts", () =>
    Effect.gen(function* () {
      const probe = yield* Probe;
      const ended = yield* Deferred.make<void>();
      probe.gate = Effect.onInterrupt(Effect.never, () => Deferred.succeed(ended, undefined));
      const sources = yield* Sources;
      const adding = yield* Effect.fork(Effect.flip(sources.add(probeSource("removed", program))));
      yield* untilEffect("the source is there", () =>
        Effect.runPromise(
          Effect.map(sources.list, (all) => all.some(({ namespace }) => namespace === "removed")),
        ),
      );
      yield* sources.remove("removed");
      expect(yield* Fiber.join(adding)).toMatchObject({
        _tag: "NamespaceUnavailable",
        message: expect.stringContaining("removed while its program started"),
      });
      yield* Deferred.await(ended);
    }).pipe(Effect.provide(layer)),
  );
});

describe("calls", () => {
  it.effect("tell that a source cannot be reached, and that it can again", () =>
    Effect.gen(function* () {
      const tools = [{ path: "echo" }, { path: "refuse", does: "refuse" }];
      yield* (yield* Sources).add(fixtureSource("flaky", tools));
      expect((yield* get("flaky")).state).toMatchObject({ status: "ready", reason: null });
      yield* TestClock.adjust(1_000);
      yield* Effect.flip(call("flaky.refuse"));
      yield* TestClock.adjust(1_000);
      yield* Effect.flip(call("flaky.refuse"));
      const { state, lastError } = yield* get("flaky");
      expect(state).toMatchObject({
        status: "unreachable",
        code: "connection_error",
        reason: "The connection was refused.",
        retryAt: null,
      });
      expect(millis(state.since)).toBe(1_000);
      expect(lastError).toBeNull();
      yield* call("flaky.echo");
      expect((yield* get("flaky")).state).toMatchObject({ status: "ready", code: null });
    }).pipe(Effect.provide(layerFixture)),
  );
});

describe("retryDelay", () => {
  it("grows, is scattered, and is bounded", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (attempts, random) => {
          const delay = Duration.toMillis(retryDelay(attempts, random));
          expect(delay).toBeGreaterThanOrEqual(1_000);
          expect(delay).toBeLessThanOrEqual(900_000);
          expect(delay).toBeLessThanOrEqual(Duration.toMillis(retryDelay(attempts + 1, 0)));
        },
      ),
    );
  });
});

describe("plainText", () => {
  it("is short, and holds nothing that a terminal obeys", () => {
    const hostile = fc.constantFrom("\u001b]8;;x\u0007", "\u202e", "\u2028", "\u0085", "\r\n", "a");
    const text = fc
      .array(fc.oneof(fc.string({ unit: "binary" }), hostile))
      .map((all) => all.join(""));
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 50 }), (value, max) => {
        const shown = plainText(value, max);
        expect(shown.length).toBeLessThanOrEqual(max);
        // oxlint-disable-next-line no-control-regex -- these are what must be absent
        expect(shown).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/);
      }),
    );
  });
});
