import { atOnce, readPairs, RegistryReading } from "@executor/telemetry/reading";
import type { FindDefinition, Pairs, Series } from "@executor/telemetry/reading";
import type { ExpositionFormat } from "../../src/metrics/format.ts";
import { Renderer } from "../../src/metrics/scrape/exposition.ts";
import { SeriesIndex } from "../../src/metrics/families/series-index.ts";

const processReading = new RegistryReading();

/** The process's series of the metrics whose name begins so. */
export const recorded = (prefix: string): ReadonlyArray<Series> =>
  processReading.read().filter(({ metric }) => metric.name.startsWith(prefix));

/** The bytes of the families of an index. */
export const encode = (
  index: SeriesIndex,
  format: ExpositionFormat,
  renderer = new Renderer(),
): Buffer => {
  const { blocks } = atOnce(renderer.steps(index.families, format));
  return Buffer.concat(blocks.map(({ bytes }) => bytes));
};

/** One exposition of a snapshot, made from nothing. */
export const writeAs = (
  format: ExpositionFormat,
  pairs: Pairs,
  definition: FindDefinition = () => undefined,
): string => {
  const index = new SeriesIndex();
  index.update(readPairs(pairs, definition));
  return encode(index, format).toString("utf8");
};
