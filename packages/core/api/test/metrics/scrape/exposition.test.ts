import { describe, expect, it } from "@effect/vitest";
import { atOnce } from "@executor/telemetry/reading";
import { Effect, Fiber, MetricBoundaries } from "effect";
import fc from "fast-check";
import { Exposition, Renderer } from "../../../src/metrics/scrape/exposition.ts";
import type { Rendering } from "../../../src/metrics/scrape/exposition.ts";
import { SeriesIndex } from "../../../src/metrics/families/series-index.ts";
import type { ExpositionFormat } from "../../../src/metrics/format.ts";
import { openMetricsText } from "../../../src/metrics/openmetrics/format.ts";
import { prometheusText } from "../../../src/metrics/prometheus.ts";
import { recording } from "../recordings.ts";
import { makeRegistry } from "../registry.ts";
import { writeAs } from "../rendering.ts";

const textOf = ({ blocks }: Rendering): string =>
  Buffer.concat(blocks.map(({ bytes }) => bytes)).toString("utf8");

const bigRegistry = (size: number) => {
  const registry = makeRegistry();
  for (let index = 0; index < size; index += 1) {
    registry.counter("jobs", [["n", `job number ${index}`]], index);
  }
  return registry;
};

describe("Exposition", () => {
  it.effect("writes what the registry holds, and counts its bytes and conflicts", () =>
    Effect.gen(function* () {
      const registry = bigRegistry(3);
      registry.gauge("jobs", [], 1);
      const exposition = new Exposition({ reading: registry.reading() });
      for (const format of [prometheusText, openMetricsText]) {
        const rendering = yield* exposition.render(format);
        expect(textOf(rendering)).toBe(writeAs(format, registry.snapshot()));
        expect(rendering.bytes).toBe(Buffer.byteLength(textOf(rendering)));
        expect(Object.fromEntries(rendering.conflicts)).toEqual({ type: 1 });
      }
    }),
  );

  it.live("lets the event loop go on while it writes", () =>
    Effect.gen(function* () {
      const registry = bigRegistry(20_000);
      const exposition = new Exposition({ reading: registry.reading() });
      let turns = 0;
      const timer = setInterval(() => (turns += 1), 1);
      yield* exposition.render(prometheusText);
      clearInterval(timer);
      expect(turns).toBeGreaterThan(4);
    }),
  );

  it.live(
    "takes one reading after the other, each whole, however many renderings are asked for",
    () =>
      Effect.gen(function* () {
        const registry = bigRegistry(3_000);
        let readings = 0;
        const reading = registry.reading();
        const exposition = new Exposition({
          reading: {
            *steps() {
              readings += 1;
              registry.counter("readings", [], 1);
              return yield* reading.steps();
            },
          },
        });
        const renderings = yield* Effect.forEach(
          [prometheusText, openMetricsText, prometheusText],
          (format) => exposition.render(format),
          { concurrency: "unbounded" },
        );
        expect(readings).toBe(3);
        const numbers = renderings
          .map(textOf)
          .map((text) => /^readings_total (\d)$/m.exec(text)?.[1]);
        expect(new Set(numbers)).toEqual(new Set(["1", "2", "3"]));
      }),
  );

  it.live("is right after interruptions at any time", () =>
    Effect.gen(function* () {
      const registry = bigRegistry(5_000);
      const exposition = new Exposition({ reading: registry.reading() });
      for (let round = 0; round < 8; round += 1) {
        for (let index = 0; index < 500; index += 1) {
          registry.counter("jobs", [["n", `more ${round} ${index}`]], 1);
          registry.counter("jobs", [["n", `job number ${index}`]], 1);
        }
        const fiber = yield* Effect.fork(exposition.render(prometheusText));
        yield* Effect.sleep(round * 3);
        yield* Fiber.interrupt(fiber);
      }
      const rendering = yield* exposition.render(prometheusText);
      expect(textOf(rendering)).toBe(writeAs(prometheusText, registry.snapshot()));
    }),
  );

  it.effect(
    "reads the registry time after time as it reads a snapshot, whatever is recorded in between",
    () =>
      Effect.promise(() =>
        fc.assert(
          fc.asyncProperty(
            fc.array(fc.array(recording, { maxLength: 5 }), { minLength: 2, maxLength: 5 }),
            async (rounds) => {
              const registry = makeRegistry();
              const exposition = new Exposition({ reading: registry.reading() });
              for (const recordings of [...rounds, ...rounds.toReversed()]) {
                for (const record of recordings) record(registry);
                const rendering = await Effect.runPromise(exposition.render(prometheusText));
                expect(textOf(rendering)).toBe(writeAs(prometheusText, registry.snapshot()));
              }
            },
          ),
        ),
      ),
  );

  it.effect("recovers from a reading that failed", () =>
    Effect.gen(function* () {
      const registry = bigRegistry(3);
      let fails = true;
      const reading = registry.reading();
      const exposition = new Exposition({
        reading: {
          *steps() {
            if (fails) throw new Error("no reading");
            return yield* reading.steps();
          },
        },
      });
      const exit = yield* Effect.exit(exposition.render(prometheusText));
      expect(exit._tag).toBe("Failure");
      fails = false;
      const rendering = yield* exposition.render(prometheusText);
      expect(textOf(rendering)).toBe(writeAs(prometheusText, registry.snapshot()));
    }),
  );
});

const makeIndex = () => {
  const registry = makeRegistry();
  registry.counter("jobs", [], 1);
  registry.gauge("level", [], 2);
  registry.histogram("wait", [], MetricBoundaries.fromIterable([]), [3]);
  const reading = registry.reading();
  const index = new SeriesIndex();
  index.update(reading.read());
  return { registry, reading, index };
};

const text = (names?: ReadonlySet<string>): string => {
  const { blocks } = atOnce(
    new Renderer().steps(makeIndex().index.families, prometheusText, names),
  );
  return Buffer.concat(blocks.map(({ bytes }) => bytes)).toString("utf8");
};

/** Counts how often chunks are written from nothing. */
const counting = (id: string) => {
  const counted = { fresh: 0 };
  const format: ExpositionFormat = {
    ...prometheusText,
    id,
    renderChunk: (chunk, previous) => {
      if (previous === undefined) counted.fresh += 1;
      return prometheusText.renderChunk(chunk, previous);
    },
  };
  return { counted, format };
};

describe("Renderer", () => {
  it("keeps to families of the names, or with samples of the names", () => {
    expect(text(new Set(["level"]))).toBe("# TYPE level gauge\nlevel 2\n");
    expect(text(new Set(["jobs"]))).toBe("# TYPE jobs_total counter\njobs_total 1\n");
    expect(text(new Set(["jobs_total"]))).toBe("# TYPE jobs_total counter\njobs_total 1\n");
    expect(text(new Set(["wait_bucket"]))).toBe(text(new Set(["wait"])));
    expect(text(new Set(["wait_bucket"]))).toContain('wait_bucket{le="+Inf"} 1\n');
    expect(text(new Set(["none", "wait_total"]))).toBe("");
  });

  it("writes a family's start anew once its help changes", () => {
    const { registry, reading, index } = makeIndex();
    const renderer = new Renderer();
    atOnce(renderer.steps(index.families, prometheusText));
    registry.gauge("level", [["a", "1"]], 1, "Level.");
    index.update(reading.read());
    const { blocks } = atOnce(renderer.steps(index.families, prometheusText, new Set(["level"])));
    expect(Buffer.concat(blocks.map(({ bytes }) => bytes)).toString("utf8")).toBe(
      '# HELP level Level.\n# TYPE level gauge\nlevel 2\nlevel{a="1"} 1\n',
    );
  });

  it("keeps the blocks of the two formats that were used last", () => {
    const { index } = makeIndex();
    const renderer = new Renderer();
    const [a, b, c] = [counting("a"), counting("b"), counting("c")];
    for (const { format } of [a, b, a, c, a, b]) atOnce(renderer.steps(index.families, format));
    const chunks = index.families.length;
    expect([a, b, c].map(({ counted }) => counted.fresh / chunks)).toEqual([1, 2, 1]);
  });
});
