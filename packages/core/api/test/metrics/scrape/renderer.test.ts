import { describe, expect, it } from "@effect/vitest";
import { MetricBoundaries } from "effect";
import type { ExpositionFormat } from "../../../src/metrics/format.ts";
import { prometheusText } from "../../../src/metrics/prometheus.ts";
import { Renderer } from "../../../src/metrics/scrape/renderer.ts";
import { SeriesIndex } from "../../../src/metrics/families/series-index.ts";
import { makeRegistry } from "../registry.ts";
import { toEnd } from "../rendering.ts";

const makeIndex = () => {
  const registry = makeRegistry();
  registry.counter("jobs", [], 1);
  registry.gauge("level", [], 2);
  registry.histogram("wait", [], MetricBoundaries.fromIterable([]), [3]);
  const index = new SeriesIndex(() => undefined);
  index.update(registry.snapshot());
  return { registry, index };
};

const text = (names?: ReadonlySet<string>): string => {
  const { blocks } = toEnd(new Renderer().steps(makeIndex().index.families, prometheusText, names));
  return Buffer.concat(blocks.map(({ bytes }) => bytes)).toString("utf8");
};

/** Counts how often leaves are written from nothing. */
const counting = (id: string) => {
  const counted = { fresh: 0 };
  const format: ExpositionFormat = {
    ...prometheusText,
    id,
    renderLeaf: (leaf, previous) => {
      if (previous === undefined) counted.fresh += 1;
      return prometheusText.renderLeaf(leaf, previous);
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
    const { registry, index } = makeIndex();
    const renderer = new Renderer();
    toEnd(renderer.steps(index.families, prometheusText));
    registry.gauge("level", [["a", "1"]], 1, "Level.");
    index.update(registry.snapshot());
    const { blocks } = toEnd(renderer.steps(index.families, prometheusText, new Set(["level"])));
    expect(Buffer.concat(blocks.map(({ bytes }) => bytes)).toString("utf8")).toBe(
      '# HELP level Level.\n# TYPE level gauge\nlevel 2\nlevel{a="1"} 1\n',
    );
  });

  it("keeps the blocks of the two formats that were used last", () => {
    const { index } = makeIndex();
    const renderer = new Renderer();
    const [a, b, c] = [counting("a"), counting("b"), counting("c")];
    for (const { format } of [a, b, a, c, a, b]) toEnd(renderer.steps(index.families, format));
    const leaves = index.families.length;
    expect([a, b, c].map(({ counted }) => counted.fresh / leaves)).toEqual([1, 2, 1]);
  });
});
