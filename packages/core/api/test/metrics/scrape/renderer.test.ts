import { describe, expect, it } from "@effect/vitest";
import { atOnce } from "@executor/telemetry/reading";
import { MetricBoundaries } from "effect";
import type { ExpositionFormat } from "../../../src/metrics/format.ts";
import { prometheusText } from "../../../src/metrics/prometheus.ts";
import { Renderer } from "../../../src/metrics/scrape/renderer.ts";
import { SeriesIndex } from "../../../src/metrics/families/series-index.ts";
import { makeRegistry } from "../registry.ts";

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
