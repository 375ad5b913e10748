import type {
  HistogramSeries,
  Leaf,
  ScalarSeries,
  Series,
  SummarySeries,
} from "../families/family.ts";
import type { EncodedChunk } from "../format.ts";
import { formatBound } from "./numbers.ts";
import { TextBlock, TextBlockPatch, TextBlockWriter } from "./encoded-text.ts";
import { braced, formatLabels } from "./syntax.ts";

/** Where the text formats differ in how they write series. */
export interface SeriesSyntax {
  /** What stands behind the value of a counter, or of a histogram's bucket; `""` for nothing. */
  readonly behind: (series: ScalarSeries | HistogramSeries, bucket: number) => string;
  /** Whether a value may stand in this sample. A sample that may not have its value is left out. */
  readonly allows: (sample: SampleKind, value: number) => boolean;
  /** Whether a histogram with these bounds has a sum and a count. */
  readonly hasSum: (bounds: ReadonlyArray<number>) => boolean;
}

/** `sum` is a histogram's or a summary's. */
export type SampleKind = "counter" | "gauge" | "sum" | "quantile";

const writer = new TextBlockWriter();
const patch = new TextBlockPatch();

/** The lines of a leaf, made of those of `previous` where only values changed. */
export const renderTextLeaf = (
  { header, series }: Leaf,
  previous: EncodedChunk | undefined,
  syntax: SeriesSyntax,
): EncodedChunk => {
  const patched =
    previous instanceof TextBlock && header.type !== "summary"
      ? patchSeries(series, previous, syntax)
      : undefined;
  if (patched !== undefined) return patched;
  const name = header.type === "counter" ? `${header.name}_total` : header.name;
  writer.clear();
  for (const one of series) writeSeries(name, one, syntax);
  return writer.take();
};

const writeSeries = (name: string, series: Series, syntax: SeriesSyntax): void => {
  if (series.type === "histogram") writeHistogram(name, series, syntax);
  else if (series.type === "summary") writeSummary(name, series, syntax);
  else writeScalar(name, series, syntax);
};

const writeScalar = (name: string, series: ScalarSeries, syntax: SeriesSyntax): void => {
  const { type, value } = series;
  if (!syntax.allows(type, Number(value))) {
    writer.unpatchable();
    return;
  }
  writer.lines.text(`${name}${braced(formatLabels(series.labels))} `);
  writer.value(value, type === "counter" ? syntax.behind(series, 0) : "");
};

const writeHistogram = (name: string, series: HistogramSeries, syntax: SeriesSyntax): void => {
  const { lines } = writer;
  const { counts, sum } = series;
  const own = formatLabels(series.labels);
  const start = lines.length;
  lines.text(`${name}_bucket{${own === "" ? "" : `${own},`}le="`);
  const end = lines.length;
  let total = 0;
  for (const [index, bound] of boundTexts(series.bounds).entries()) {
    if (index > 0) lines.again(start, end);
    lines.bytes(bound);
    total = counts[index] ?? 0;
    writer.value(total, syntax.behind(series, index));
  }
  if (!syntax.hasSum(series.bounds) || !syntax.allows("sum", sum)) {
    writer.unpatchable();
    return;
  }
  lines.text(`${name}_sum${braced(own)} `);
  writer.value(sum, "");
  lines.text(`${name}_count${braced(own)} `);
  writer.value(total, "");
};

const writeSummary = (name: string, series: SummarySeries, syntax: SeriesSyntax): void => {
  const own = formatLabels(series.labels);
  for (const [quantile, value] of series.quantiles) {
    if (!syntax.allows("quantile", value)) continue;
    const labels = `${own === "" ? "" : `${own},`}quantile="${formatBound(quantile)}"`;
    writer.lines.text(`${name}{${labels}} `);
    writer.value(value, "");
  }
  if (syntax.allows("sum", series.sum)) {
    writer.lines.text(`${name}_sum${braced(own)} `);
    writer.value(series.sum, "");
  }
  writer.lines.text(`${name}_count${braced(own)} `);
  writer.value(series.count, "");
};

/** `undefined` where the lines themselves have to change. */
const patchSeries = (
  series: ReadonlyArray<Series>,
  previous: TextBlock,
  syntax: SeriesSyntax,
): EncodedChunk | undefined => {
  const written = patch.begin(previous);
  if (written === undefined) return undefined;
  let slot = 0;
  for (const one of series) {
    if (one.type === "histogram") {
      if (!patchHistogram(one, slot, written, syntax)) return undefined;
      slot += one.bounds.length + 2;
    } else if (one.type !== "summary") {
      const { type, value } = one;
      if (value !== written[slot]) {
        if (typeof value === "bigint" || !syntax.allows(type, value)) return undefined;
        if (!Object.is(value, written[slot])) {
          patch.set(slot, value, type === "counter" ? syntax.behind(one, 0) : "");
        }
      }
      slot += 1;
    }
  }
  return patch.finish();
};

const patchHistogram = (
  series: HistogramSeries,
  slot: number,
  written: Float64Array,
  syntax: SeriesSyntax,
): boolean => {
  const { counts, sum } = series;
  const sumSlot = slot + counts.length;
  const total = counts[counts.length - 1] ?? 0;
  const sumChanged = !Object.is(sum, written[sumSlot]);
  // What has observed nothing has neither a new count nor a new sum.
  if (!sumChanged && total === written[sumSlot + 1]) return true;
  if (!syntax.allows("sum", sum)) return false;
  for (let index = 0; index < counts.length; index += 1) {
    const count = counts[index] ?? 0;
    if (count !== written[slot + index]) {
      patch.set(slot + index, count, syntax.behind(series, index));
    }
  }
  if (sumChanged) patch.set(sumSlot, sum, "");
  if (total !== written[sumSlot + 1]) patch.set(sumSlot + 1, total, "");
  return true;
};

const encoder = new TextEncoder();
const knownBounds = new WeakMap<ReadonlyArray<number>, ReadonlyArray<Uint8Array>>();

/** What stands between a bucket's labels and its value, for each bound. */
const boundTexts = (bounds: ReadonlyArray<number>): ReadonlyArray<Uint8Array> => {
  let texts = knownBounds.get(bounds);
  if (texts === undefined) {
    texts = bounds.map((bound) => encoder.encode(`${formatBound(bound)}"} `));
    knownBounds.set(bounds, texts);
  }
  return texts;
};
