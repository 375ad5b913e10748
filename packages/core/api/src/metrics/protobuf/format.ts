import type { Series } from "@executor/telemetry/reading";
import type { Chunk, FamilyHeader, FamilySeries, FamilyType } from "../families/family.ts";
import type { EncodedChunk, ExpositionFormat } from "../format.ts";
import { writeLabels, writeValue } from "./series.ts";
import { ProtobufWriter } from "@executor/telemetry/protobuf";

/** Families and chunks are written without a pause, so all share one writer. */
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
  renderChunk: (chunk, previous) => encodeSeries(chunk, previous),
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
  /** 1 for a number without an exemplar: it has the same size whatever its value. */
  readonly isPlain: Uint8Array;
  /** The readings that were encoded, but for numbers. */
  readonly readings: Array<Series | undefined>;

  constructor(series: ReadonlyArray<FamilySeries>) {
    this.begins = new Uint32Array(series.length);
    this.labelsBegin = new Uint32Array(series.length);
    this.labelsEnd = new Uint32Array(series.length);
    this.isPlain = Uint8Array.from(series, (one) => Number(isPlain(one)));
    this.readings = series.map(({ value, reading }) => (value === undefined ? reading : undefined));
  }
}

/** The series of a chunk as `metric` fields of a `MetricFamily`. */
class EncodedSeries implements EncodedChunk {
  constructor(
    readonly bytes: Uint8Array,
    readonly layout: Layout,
  ) {}
}

/**
 * Writes a chunk, from its last series to its first. Runs of unchanged series, counters and gauges are copied from `previous`,
 * and the new values of the latter overwrite the old ones; series that must be encoded keep the bytes of their labels.
 */
const encodeSeries = (
  { header, series }: Chunk,
  previous: EncodedChunk | undefined,
): EncodedChunk => {
  const before = previous instanceof EncodedSeries ? previous : undefined;
  const isCounter = header.type === "counter";
  let at = series.length - 1;
  if (before !== undefined && lastToWrite(series, before, at) === -1) {
    return withValues(series, before);
  }
  const layout = new Layout(series);
  writer.clear();
  while (at >= 0) {
    const toWrite = before === undefined ? at : lastToWrite(series, before, at);
    if (before !== undefined && toWrite < at) copySeries(series, layout, before, toWrite + 1, at);
    const one = series[toWrite];
    if (one !== undefined) writeSeries(layout, before, toWrite, one, isCounter);
    at = toWrite - 1;
  }
  return new EncodedSeries(writer.take(), layout);
};

/** The last series up to `at` that must be encoded; -1 where all can be copied. */
const lastToWrite = (
  series: ReadonlyArray<FamilySeries>,
  { layout }: EncodedSeries,
  at: number,
): number => {
  let position = at;
  for (; position >= 0; position -= 1) {
    const one = series[position];
    if (one === undefined || !canCopy(one, layout, position)) break;
  }
  return position;
};

/** Whether the encoded bytes stay but for a number. */
const canCopy = (series: FamilySeries, layout: Layout, at: number): boolean =>
  series.value === undefined
    ? layout.readings[at] === series.reading
    : layout.isPlain[at] === 1 && isPlain(series);

const isPlain = ({ value, exemplar }: FamilySeries): boolean =>
  value !== undefined && exemplar === undefined;

/** The position of a counter's or a gauge's number: after its labels, a tag, a length and a tag. */
const valueBegin = (labelsEnd: number): number => labelsEnd - 3;

/** A copy of the encoded chunk with the current values, all of which fit over the old ones. */
const withValues = (
  series: ReadonlyArray<FamilySeries>,
  { bytes: old, layout }: EncodedSeries,
): EncodedSeries => {
  const bytes = old.slice();
  const view = new DataView(bytes.buffer);
  for (const [at, { value }] of series.entries()) {
    if (value === undefined) continue;
    const begin = bytes.length - valueBegin(layout.labelsEnd[at] ?? 0);
    view.setFloat64(begin, Number(value), true);
  }
  return new EncodedSeries(bytes, layout);
};

/** Copies series, from the first to the last, with their current values. */
const copySeries = (
  series: ReadonlyArray<FamilySeries>,
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
    const value = series[at]?.value;
    const labelsEnd = (old.labelsEnd[at] ?? 0) + moved;
    layout.begins[at] = (old.begins[at] ?? 0) + moved;
    layout.labelsBegin[at] = (old.labelsBegin[at] ?? 0) + moved;
    layout.labelsEnd[at] = labelsEnd;
    if (value !== undefined) writer.setDouble(valueBegin(labelsEnd), Number(value));
  }
};

const writeSeries = (
  layout: Layout,
  before: EncodedSeries | undefined,
  at: number,
  { labels, reading }: FamilySeries,
  isCounter: boolean,
): void => {
  const end = writer.length;
  writeValue(writer, reading, isCounter);
  layout.labelsEnd[at] = writer.length;
  if (before === undefined) {
    writeLabels(writer, labels);
  } else {
    const { bytes, layout: old } = before;
    const [begin, labelsEnd] = [old.labelsBegin[at] ?? 0, old.labelsEnd[at] ?? 0];
    writer.copy(bytes, bytes.length - begin, bytes.length - labelsEnd);
  }
  layout.labelsBegin[at] = writer.length;
  writer.endMessage(0x22, end);
  layout.begins[at] = writer.length;
};
