import type {
  FamilyHeader,
  FamilyType,
  HistogramSeries,
  Leaf,
  Series,
} from "../families/family.ts";
import type { EncodedChunk, ExpositionFormat } from "../format.ts";
import { seriesExemplar } from "../openmetrics/exemplar.ts";
import { writeLabels, writeValue } from "./series.ts";
import { ProtobufWriter } from "./writer.ts";

/** Families and leaves are written without a pause, so all share one writer. */
const writer = new ProtobufWriter();

/**
 * `io.prometheus.client.MetricFamily` messages, each after its length. The only format with native histograms, and with
 * creation times that are not separate series.
 *
 * A histogram has its classic buckets too, but a server stores one or the other: the native one where native histograms are
 * switched on (unless it is told to always scrape classic ones). Prometheus 3.5 stores neither where it asks for protobuf
 * without native histograms.
 */
export const protobuf: ExpositionFormat = {
  id: "protobuf",
  mediaType: "application/vnd.google.protobuf",
  parameters: { proto: "io.prometheus.client.MetricFamily", encoding: "delimited" },
  namesEscaping: "asked",
  familyStart: ({ name, type, help, unit }: FamilyHeader, seriesBytes) => {
    writer.clear();
    if (unit !== "") writer.string(0x2a, unit);
    writer.varint(metricTypes[type]);
    writer.byte(0x18);
    if (help !== "") writer.string(0x12, help);
    writer.string(0x0a, type === "counter" ? `${name}_total` : name);
    writer.varint(writer.length + seriesBytes);
    return writer.take();
  },
  renderLeaf: (leaf, previous) => encodeSeries(leaf, previous),
  end: new Uint8Array(),
};

/** The enumeration `io.prometheus.client.MetricType`. */
const metricTypes: Readonly<Record<FamilyType, number>> = {
  counter: 0,
  gauge: 1,
  summary: 2,
  histogram: 4,
};

/** Positions of series in an encoded chunk, in bytes from its end; chunks share one layout while nothing moves. */
class Layout {
  readonly begins: Uint32Array;
  readonly labelsBegin: Uint32Array;
  readonly labelsEnd: Uint32Array;
  /** 1 for a counter without an exemplar: it has the same size whatever its value. */
  readonly isPlain: Uint8Array;
  /** Sums and counts by which a changed histogram is recognized. */
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
class EncodedSeries implements EncodedChunk {
  readonly bytes: Uint8Array;
  readonly layout: Layout;

  constructor(bytes: Uint8Array, layout: Layout) {
    this.bytes = bytes;
    this.layout = layout;
  }
}

/**
 * Writes a leaf, from its last series to its first. Runs of unchanged series, counters and gauges are copied from `previous`,
 * and the new values of the latter overwrite the old ones; series that must be encoded keep the bytes of their labels.
 */
const encodeSeries = (leaf: Leaf, previous: EncodedChunk | undefined): EncodedChunk => {
  const before = previous instanceof EncodedSeries ? previous : undefined;
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
  return new EncodedSeries(writer.take(), layout);
};

/** The last series up to `at` that must be encoded; -1 where all can be copied. */
const lastToWrite = ({ series }: Leaf, { layout }: EncodedSeries, at: number): number => {
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
      // Its quantiles change with time, without an observation.
      return false;
  }
};

const totalCount = ({ bounds, counts }: HistogramSeries): number => counts[bounds.length - 1] ?? 0;

/** The position of a counter's or a gauge's number: after its labels, a tag, a length and a tag. */
const valueBegin = (labelsEnd: number): number => labelsEnd - 3;

/** A copy of the chunk with the leaf's current values, all of which fit over the old ones. */
const withValues = ({ series }: Leaf, { bytes: old, layout }: EncodedSeries): EncodedSeries => {
  const bytes = old.slice();
  const view = new DataView(bytes.buffer);
  for (const [at, one] of series.entries()) {
    if ("value" in one) {
      const begin = bytes.length - valueBegin(layout.labelsEnd[at] ?? 0);
      view.setFloat64(begin, Number(one.value), true);
    }
  }
  return new EncodedSeries(bytes, layout);
};

/** Copies series, from the first to the last, with their current values. */
const copySeries = (
  { series }: Leaf,
  layout: Layout,
  { bytes, layout: old }: EncodedSeries,
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
  before: EncodedSeries | undefined,
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
