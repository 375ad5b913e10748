import type { Exemplar, NativeBuckets, NativeHistogramState } from "@executor/telemetry";
import type {
  HistogramSeries,
  NumberSeries,
  Series,
  SummarySeries,
} from "@executor/telemetry/reading";
import type { Labels } from "../families/family.ts";
import { seriesExemplar } from "../openmetrics/exemplar.ts";
import type { ProtobufWriter } from "@executor/telemetry/protobuf";

/**
 * Messages of `io.prometheus.client` (`metrics.proto` of Prometheus's client model), written backwards. The tags in hexadecimal
 * are field numbers and wire types: `0x1a` is field 3, a message.
 */

/** The fields of a `Metric` that are not its labels. */
export const writeValue = (writer: ProtobufWriter, series: Series, isCounter: boolean): void => {
  switch (series.type) {
    case "number":
      return isCounter ? writeCounter(writer, series) : writeGauge(writer, series);
    case "histogram":
      return writeHistogram(writer, series);
    case "summary":
      return writeSummary(writer, series);
  }
};

/** The labels of a `Metric` or an `Exemplar`. */
export const writeLabels = (writer: ProtobufWriter, labels: Labels): void => {
  for (let at = labels.length - 1; at >= 0; at -= 1) {
    const [name, value] = labels[at] ?? ["", ""];
    const end = writer.length;
    writer.string(0x12, value);
    writer.string(0x0a, name);
    writer.endMessage(0x0a, end);
  }
};

const writeGauge = (writer: ProtobufWriter, { value }: NumberSeries): void => {
  const end = writer.length;
  writer.double(0x09, Number(value));
  writer.endMessage(0x12, end);
};

const writeCounter = (writer: ProtobufWriter, series: NumberSeries): void => {
  const end = writer.length;
  writeCreated(writer, 0x1a, series);
  const exemplar = seriesExemplar(series, 0);
  if (exemplar !== undefined) writeExemplar(writer, 0x12, exemplar);
  writer.double(0x09, Number(series.value));
  writer.endMessage(0x1a, end);
};

const writeSummary = (writer: ProtobufWriter, series: SummarySeries): void => {
  const end = writer.length;
  writeCreated(writer, 0x22, series);
  for (let at = series.quantiles.length - 1; at >= 0; at -= 1) {
    const [quantile, value] = series.quantiles[at] ?? [0, 0];
    const quantileEnd = writer.length;
    writer.double(0x11, value);
    writer.double(0x09, quantile);
    writer.endMessage(0x1a, quantileEnd);
  }
  writer.double(0x11, series.sum);
  writer.varint(series.count);
  writer.byte(0x08);
  writer.endMessage(0x22, end);
};

const writeHistogram = (writer: ProtobufWriter, series: HistogramSeries): void => {
  const { bounds, counts } = series;
  const last = bounds.length - 1;
  const native = wholeNative(series);
  const count = native?.count ?? series.count;
  const end = writer.length;
  writeCreated(writer, 0x7a, series);
  if (native !== undefined) writeNative(writer, native);
  for (let at = last; at >= 0; at -= 1) {
    const exemplar = seriesExemplar(series, at);
    // Readers add the last bucket, +Inf, from the count.
    if (at === last && exemplar === undefined) continue;
    const bucketEnd = writer.length;
    if (exemplar !== undefined) writeExemplar(writer, 0x1a, exemplar);
    writer.double(0x11, bounds[at] ?? 0);
    writer.varint(at === last ? count : (counts[at] ?? 0));
    writer.byte(0x08);
    writer.endMessage(0x1a, bucketEnd);
  }
  writer.double(0x11, series.sum);
  writer.varint(count);
  writer.byte(0x08);
  writer.endMessage(0x3a, end);
};

/** The native histogram of a series, where it has all observations; one with more has counted on since the reading, its first. */
const wholeNative = ({ native, count }: HistogramSeries): NativeHistogramState | undefined =>
  native !== undefined && native.count >= count ? native : undefined;

const writeNative = (writer: ProtobufWriter, native: NativeHistogramState): void => {
  const isEmpty = native.positive.indexes.length + native.negative.indexes.length === 0;
  if (isEmpty) {
    // A span of nothing tells a native histogram without observations from a classic one.
    writeSpan(writer, 0x62, 0, 0);
  } else {
    writeBuckets(writer, native.positive, 0x62, 0x6a);
    writeBuckets(writer, native.negative, 0x4a, 0x52);
  }
  writer.varint(native.zeroCount);
  writer.byte(0x38);
  writer.double(0x31, native.zeroThreshold);
  writer.signed(native.schema);
  writer.byte(0x28);
};

const writeBuckets = (
  writer: ProtobufWriter,
  buckets: NativeBuckets,
  spanTag: number,
  deltaTag: number,
): void => {
  if (buckets.indexes.length === 0) return;
  const { spans, deltas } = toNativeSpans(buckets);
  const end = writer.length;
  for (let at = deltas.length - 1; at >= 0; at -= 1) writer.signed(deltas[at] ?? 0);
  writer.endMessage(deltaTag, end);
  for (let at = spans.length - 1; at >= 0; at -= 1) {
    const { offset, length } = spans[at] ?? { offset: 0, length: 0 };
    writeSpan(writer, spanTag, offset, length);
  }
};

const writeSpan = (writer: ProtobufWriter, tag: number, offset: number, length: number): void => {
  const end = writer.length;
  writer.varint(length);
  writer.byte(0x10);
  writer.signed(offset);
  writer.byte(0x08);
  writer.endMessage(tag, end);
};

const writeExemplar = (writer: ProtobufWriter, tag: number, exemplar: Exemplar): void => {
  const { traceId, spanId, value, timestamp } = exemplar;
  const end = writer.length;
  writeTimestamp(writer, 0x1a, timestamp);
  writer.double(0x11, value);
  writeLabels(writer, [
    ["trace_id", traceId.toWellFormed()],
    ["span_id", spanId.toWellFormed()],
  ]);
  writer.endMessage(tag, end);
};

const writeCreated = (writer: ProtobufWriter, tag: number, { createdAt }: Series): void => {
  if (createdAt !== undefined) writeTimestamp(writer, tag, createdAt);
};

/** `google.protobuf.Timestamp` of Unix seconds that have milliseconds. */
const writeTimestamp = (writer: ProtobufWriter, tag: number, unixSeconds: number): void => {
  const millis = Math.round(unixSeconds * 1_000);
  const end = writer.length;
  writer.varint((millis % 1_000) * 1_000_000);
  writer.byte(0x10);
  writer.varint(Math.floor(millis / 1_000));
  writer.byte(0x08);
  writer.endMessage(tag, end);
};

/** Buckets of a native histogram as `io.prometheus.client.Histogram` has them. */
export interface NativeSpans {
  /** Runs of buckets; `offset` is the gap to the run before, the first bucket's index in the first. */
  readonly spans: ReadonlyArray<{ readonly offset: number; readonly length: number }>;
  /** Each bucket's count less that of the bucket before. */
  readonly deltas: ReadonlyArray<number>;
}

/** Gaps of up to this many empty buckets are written out, which is shorter than another span. */
const smallGap = 2;

export const toNativeSpans = ({ indexes, counts }: NativeBuckets): NativeSpans => {
  const spans: Array<{ offset: number; length: number }> = [];
  const deltas: Array<number> = [];
  let before = 0;
  let next = 0;
  for (const [at, index] of indexes.entries()) {
    const gap = index - next;
    let span = spans.at(-1);
    if (span === undefined || gap > smallGap) {
      span = { offset: gap, length: 0 };
      spans.push(span);
    } else {
      for (let empty = 0; empty < gap; empty += 1) {
        deltas.push(0 - before);
        before = 0;
      }
      span.length += gap;
    }
    const count = counts[at] ?? 0;
    deltas.push(count - before);
    span.length += 1;
    before = count;
    next = index + 1;
  }
  return { spans, deltas };
};
