import type { HistogramSeries, Leaf, Series } from "../families/family.ts";
import type { EncodedChunk } from "../format.ts";
import { seriesExemplar } from "../openmetrics/exemplar.ts";
import { writeLabels, writeValue } from "./series.ts";
import { ProtobufWriter } from "./writer.ts";

/** A leaf is written without a pause, so all share one writer. */
const writer = new ProtobufWriter();

/** Where series lie in a block, in bytes from its end, and what is known of them; blocks share one while nothing moves. */
class Layout {
  readonly begins: Uint32Array;
  readonly labelsBegin: Uint32Array;
  readonly labelsEnd: Uint32Array;
  /** 1 for a counter without an exemplar: whatever its value, it has as many bytes. */
  readonly isPlain: Uint8Array;
  /** What tells whether a histogram has changed. */
  readonly sums: Float64Array;
  readonly counts: Float64Array;

  constructor({ header, series }: Leaf) {
    const histograms = header.type === "histogram" ? series.length : 0;
    this.begins = new Uint32Array(series.length);
    this.labelsBegin = new Uint32Array(series.length);
    this.labelsEnd = new Uint32Array(series.length);
    this.isPlain = new Uint8Array(series.length);
    this.sums = new Float64Array(histograms);
    this.counts = new Float64Array(histograms);
  }
}

/** The series of a leaf as `metric` fields of a `MetricFamily`. */
class SeriesBlock implements EncodedChunk {
  readonly bytes: Uint8Array;
  readonly layout: Layout;

  constructor(bytes: Uint8Array, layout: Layout) {
    this.bytes = bytes;
    this.layout = layout;
  }
}

/**
 * Writes a leaf, from its last series to its first. Of the block before, series that have not changed are copied in one go,
 * and so are numbers, whose new values are then put over the old; of what must be written anew the labels are copied.
 */
export const renderProtobufLeaf = (
  leaf: Leaf,
  previous: EncodedChunk | undefined,
): EncodedChunk => {
  const before = previous instanceof SeriesBlock ? previous : undefined;
  let at = leaf.series.length - 1;
  if (before !== undefined && lastToWrite(leaf, before, at) === -1) return withValues(leaf, before);
  const layout = new Layout(leaf);
  writer.clear();
  while (at >= 0) {
    const toWrite = before === undefined ? at : lastToWrite(leaf, before, at);
    if (before !== undefined && toWrite < at) copySeries(leaf, layout, before, toWrite + 1, at);
    const series = leaf.series[toWrite];
    if (series !== undefined) writeSeries(layout, before, toWrite, series);
    at = toWrite - 1;
  }
  return new SeriesBlock(writer.take(), layout);
};

/** The last series up to `at` that must be written anew; -1 where all can be copied. */
const lastToWrite = ({ series }: Leaf, { layout }: SeriesBlock, at: number): number => {
  let position = at;
  for (; position >= 0; position -= 1) {
    const candidate = series[position];
    if (candidate === undefined || !canCopy(candidate, layout, position)) break;
  }
  return position;
};

const canCopy = (series: Series, { isPlain, sums, counts }: Layout, at: number): boolean => {
  switch (series.type) {
    case "gauge":
      return true;
    case "counter":
      return isPlain[at] === 1 && seriesExemplar(series, 0) === undefined;
    case "histogram":
      return Object.is(sums[at], series.sum) && counts[at] === totalCount(series);
    case "summary":
      // Its quantiles change with time alone.
      return false;
  }
};

const totalCount = ({ bounds, counts }: HistogramSeries): number => counts[bounds.length - 1] ?? 0;

/** Where the number of a counter or a gauge begins: behind its labels, a tag, a length and a tag. */
const valueBegin = (labelsEnd: number): number => labelsEnd - 3;

/** The block with the leaf's present values, all of which can be put over the old ones. */
const withValues = ({ series }: Leaf, { bytes: old, layout }: SeriesBlock): SeriesBlock => {
  const bytes = old.slice();
  const view = new DataView(bytes.buffer);
  for (const [at, one] of series.entries()) {
    if ("value" in one) {
      const begin = bytes.length - valueBegin(layout.labelsEnd[at] ?? 0);
      view.setFloat64(begin, Number(one.value), true);
    }
  }
  return new SeriesBlock(bytes, layout);
};

/** Takes series over, from the first to the last, with their present values. */
const copySeries = (
  { series }: Leaf,
  layout: Layout,
  { bytes, layout: old }: SeriesBlock,
  first: number,
  last: number,
): void => {
  const size = bytes.length;
  const lastEnd = old.begins[last + 1] ?? 0;
  const moved = writer.length - lastEnd;
  writer.copy(bytes, size - (old.begins[first] ?? 0), size - lastEnd);
  for (let at = last; at >= first; at -= 1) {
    const one = series[at];
    if (one === undefined) continue;
    const labelsEnd = (old.labelsEnd[at] ?? 0) + moved;
    layout.begins[at] = (old.begins[at] ?? 0) + moved;
    layout.labelsBegin[at] = (old.labelsBegin[at] ?? 0) + moved;
    layout.labelsEnd[at] = labelsEnd;
    layout.isPlain[at] = old.isPlain[at] ?? 0;
    if (one.type === "histogram") observe(layout, at, one);
    else if ("value" in one) writer.setDouble(valueBegin(labelsEnd), Number(one.value));
  }
};

const writeSeries = (
  layout: Layout,
  before: SeriesBlock | undefined,
  at: number,
  series: Series,
): void => {
  const end = writer.length;
  writeValue(writer, series);
  layout.labelsEnd[at] = writer.length;
  if (before === undefined) {
    writeLabels(writer, series.labels);
  } else {
    const { bytes, layout: old } = before;
    const [begin, labelsEnd] = [old.labelsBegin[at] ?? 0, old.labelsEnd[at] ?? 0];
    writer.copy(bytes, bytes.length - begin, bytes.length - labelsEnd);
  }
  layout.labelsBegin[at] = writer.length;
  writer.endMessage(0x22, end);
  layout.begins[at] = writer.length;
  if (series.type === "counter" && seriesExemplar(series, 0) === undefined) layout.isPlain[at] = 1;
  if (series.type === "histogram") observe(layout, at, series);
};

const observe = (layout: Layout, at: number, series: HistogramSeries): void => {
  layout.sums[at] = series.sum;
  layout.counts[at] = totalCount(series);
};
