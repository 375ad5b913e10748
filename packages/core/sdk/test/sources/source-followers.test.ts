import { describe, expect, it } from "@effect/vitest";
import { layerMemory } from "@executor/storage/bun";
import { Effect, Layer, Queue, TestClock } from "effect";
import { SecretKey } from "../../src/credentials/vault.ts";
import type { Source } from "../../src/model/source.ts";
import { Sources } from "../../src/sources/sources.ts";
import { layerProbe, Probe, probeSource } from "../support/probe.ts";
import { untilEffect } from "@executor/testing";
import { gaugeValue } from "@executor/testing/series";

const layer = Layer.provideMerge(layerProbe, Layer.merge(layerMemory, SecretKey.layerTest));

/** Moves the clock by milliseconds, one at a time, so that other fibers can wait for promises. */
const pass = (milliseconds: number) =>
  Effect.gen(function* () {
    yield* Effect.promise(() => Bun.sleep(2));
    yield* TestClock.adjust(milliseconds);
    yield* Effect.promise(() => Bun.sleep(10));
  });

/** Waits until the source looks like this. */
const untilSource = (namespace: string, isSo: (source: Source) => boolean) =>
  Effect.flatMap(Sources, (sources) =>
    untilEffect(`the source ${namespace} has changed`, () =>
      Effect.runPromise(Effect.map(sources.get(namespace), isSo)),
    ),
  );

const tell = Effect.flatMap(Probe, ({ events }) => Queue.offer(events, undefined));

describe("sources that report changes", () => {
  it.effect("are read again, once for several changes at a time", () =>
    Effect.gen(function* () {
      const sources = yield* Sources;
      const probe = yield* Probe;
      yield* sources.add(probeSource("told", {}));
      probe.toolCount = 3;
      yield* Effect.repeatN(tell, 20);
      yield* pass(499);
      expect(probe.loads).toBe(1);
      yield* pass(1);
      yield* untilSource("told", ({ toolCount }) => toolCount === 7);
      expect(probe.loads).toBe(2);
      expect(yield* sources.get("told")).toMatchObject({ toolCount: 7 });
      expect(gaugeValue("executor.source.tools", { "executor.source": "told", kind: "mcp" })).toBe(
        7,
      );
    }).pipe(Effect.provide(layer)),
  );

  it.effect("are read ever less often if each reading makes them report a change", () =>
    Effect.gen(function* () {
      const probe = yield* Probe;
      yield* (yield* Sources).add(probeSource("loop", {}));
      for (let seconds = 0; seconds < 600; seconds += 5) {
        yield* tell;
        yield* TestClock.adjust(5_000);
        yield* Effect.promise(() => Bun.sleep(1));
      }
      expect(probe.loads).toBeGreaterThan(4);
      expect(probe.loads).toBeLessThan(16);
    }).pipe(Effect.provide(layer)),
  );

  it.effect("are still followed after a failed reading", () =>
    Effect.gen(function* () {
      const sources = yield* Sources;
      const probe = yield* Probe;
      yield* sources.add(probeSource("flaky", {}));
      probe.unreachable = true;
      yield* tell;
      yield* pass(500);
      yield* untilSource("flaky", ({ lastError }) => lastError !== null);
      expect(yield* sources.get("flaky")).toMatchObject({ lastError: "No answer to " });
      probe.unreachable = false;
      probe.toolCount = 1;
      yield* tell;
      yield* pass(2_000);
      yield* pass(2_000);
      yield* untilSource("flaky", ({ lastError }) => lastError === null);
      expect(yield* sources.get("flaky")).toMatchObject({ toolCount: 5, lastError: null });
    }).pipe(Effect.provide(layer)),
  );

  it.effect("keep no more than the beginning of what an upstream said", () =>
    Effect.gen(function* () {
      const sources = yield* Sources;
      const probe = yield* Probe;
      yield* sources.add(probeSource("wordy", {}));
      probe.unreachable = true;
      probe.complaint = "x".repeat(3_000_000);
      yield* Effect.flip(sources.refresh("wordy"));
      const { lastError } = yield* sources.get("wordy");
      expect(lastError).toMatch(/^No answer to x{486}…$/);
    }).pipe(Effect.provide(layer)),
  );

  it.effect("are released when they are removed", () =>
    Effect.gen(function* () {
      const sources = yield* Sources;
      const probe = yield* Probe;
      yield* sources.add(probeSource("left", {}));
      yield* untilEffect("the source is followed", () => probe.following.length === 1);
      yield* sources.remove("left");
      expect(probe.following).toEqual([]);
      expect(probe.released).toHaveLength(1);
      yield* tell;
      yield* pass(10_000);
      expect(probe.loads).toBe(1);
    }).pipe(Effect.provide(layer)),
  );

  it.effect("are followed after a restart", () =>
    Effect.gen(function* () {
      yield* Effect.provide(
        Effect.flatMap(Sources, (sources) => sources.add(probeSource("again", {}))),
        layerProbe,
      );
      yield* Effect.gen(function* () {
        const probe = yield* Probe;
        yield* untilEffect("the source is followed", () => probe.following.length === 1);
        expect(probe.loads).toBe(0);
      }).pipe(Effect.provide(layerProbe));
    }).pipe(Effect.provide(Layer.merge(layerMemory, SecretKey.layerTest))),
  );
});
