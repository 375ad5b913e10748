import type { MetricPair } from "effect";
import type { FindDefinition } from "../../src/metrics/families/descriptor.ts";
import type { ExpositionFormat } from "../../src/metrics/format.ts";
import { Renderer } from "../../src/metrics/scrape/renderer.ts";
import { SeriesIndex } from "../../src/metrics/families/series-index.ts";

export type Pairs = ReadonlyArray<MetricPair.MetricPair.Untyped>;

/** What a generator returns. */
export const toEnd = <A>(steps: Generator<void, A>): A => {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
};

/** One exposition of a snapshot, made from nothing. */
export const writeAs = (
  format: ExpositionFormat,
  pairs: Pairs,
  definition: FindDefinition = () => undefined,
): string => {
  const index = new SeriesIndex(definition);
  index.update(pairs);
  const { blocks } = toEnd(new Renderer().steps(index.families, format));
  return Buffer.concat(blocks.map(({ bytes }) => bytes)).toString("utf8");
};
