import type { Exemplar } from "@executor/telemetry";
import { ProtobufWriter } from "@executor/telemetry/protobuf";
import {
  bucketsOf,
  byMetric,
  exemplarsOf,
  exemplarTime,
  rangeOf,
  temporalityCodes,
  toInt64,
} from "./encoding.ts";
import type {
  Encoding,
  ExponentialBuckets,
  ExponentialValues,
  Sender,
  HistogramValues,
  MetricHeader,
  NumberValues,
  Point,
  SummaryValues,
} from "./encoding.ts";

/** Field numbers and wire types of opentelemetry-proto 1.x, `metrics.proto`, `resource.proto` and `common.proto`. */
const tag = (field: number, wireType: 0 | 1 | 2): number => (field << 3) | wireType;
const fixed64 = 1;
const delimited = 2;

const dataFields = { gauge: 5, sum: 7, counter: 7, histogram: 9, summary: 11 } as const;
const exponentialField = 10;

/** One writer for all points: each is taken out before the next is written. */
const writer = new ProtobufWriter();

export const protobufEncoding: Encoding = {
  encodePoints: (points) => {
    writer.clear();
    // The writer goes from the last byte to the first.
    for (const point of points.toReversed()) {
      const end = writer.length;
      writePoint(point);
      writer.endMessage(tag(1, delimited), end);
    }
    return writer.take();
  },
  encodeRequest: ({ resource, scope }, pieces) => {
    const metrics = byMetric(pieces).flatMap(({ header, pieces: ofMetric }) =>
      message(2, [
        write(() => writeHeader(header)),
        ...message(header.isExponential ? exponentialField : dataFields[header.type], [
          ...ofMetric.map(({ bytes }) => bytes),
          write(() => writeAggregation(header)),
        ]),
      ]),
    );
    const scopeFields = write(() => {
      writer.string(tag(2, delimited), scope.version);
      writer.string(tag(1, delimited), scope.name);
    });
    return Buffer.concat(
      message(1, [
        ...message(1, [write(() => writeAttributes(tag(1, delimited), resource))]),
        ...message(2, [...message(1, [scopeFields]), ...metrics]),
      ]),
    );
  },
  headerBytes: ({ name, description, unit }) =>
    3 * (name.length + description.length + unit.length) + 64,
};

const write = (fields: () => void): Uint8Array => {
  fields();
  return writer.take();
};

/** A message whose parts are encoded already. */
const message = (field: number, parts: ReadonlyArray<Uint8Array>): ReadonlyArray<Uint8Array> => {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const head = write(() => {
    writer.varint(length);
    writer.byte(tag(field, delimited));
  });
  return [head, ...parts];
};

const writeHeader = ({ name, description, unit }: MetricHeader): void => {
  if (unit !== "") writer.string(tag(3, delimited), unit);
  if (description !== "") writer.string(tag(2, delimited), description);
  writer.string(tag(1, delimited), name);
};

/** Fields of a sum or a histogram besides its points. */
const writeAggregation = ({ type, temporality }: MetricHeader): void => {
  if (type === "gauge" || type === "summary") return;
  if (type === "counter") {
    writer.varint(1);
    writer.byte(tag(3, 0));
  }
  writer.varint(temporalityCodes[temporality]);
  writer.byte(tag(2, 0));
};

const writeAttributes = (fieldTag: number, attributes: Sender["resource"]): void => {
  for (let index = attributes.length - 1; index >= 0; index -= 1) {
    const attribute = attributes[index];
    if (attribute === undefined) continue;
    const end = writer.length;
    writer.string(tag(1, delimited), attribute.value);
    writer.endMessage(tag(2, delimited), end);
    writer.string(tag(1, delimited), attribute.key);
    writer.endMessage(fieldTag, end);
  }
};

const writePoint = (point: Point): void => {
  const { values, startTime, time } = point;
  switch (values.type) {
    case "number":
      writeExemplars(5, point);
      writeNumber(values);
      break;
    case "histogram":
      writeExemplars(8, point);
      writeHistogram(values);
      break;
    case "exponential":
      writeExponential(values, point);
      break;
    case "summary":
      writeSummary(values);
      break;
  }
  writeFixed64(3, time);
  if (startTime !== undefined) writeFixed64(2, startTime);
};

const writeExemplars = (field: number, point: Point): void => {
  for (const exemplar of exemplarsOf(point).toReversed()) {
    const end = writer.length;
    writeExemplar(exemplar);
    writer.endMessage(tag(field, delimited), end);
  }
};

const writeExemplar = (exemplar: Exemplar): void => {
  if (exemplar.traceId !== "") {
    writeId(5, exemplar.traceId);
    writeId(4, exemplar.spanId);
  }
  writer.double(tag(3, fixed64), exemplar.value);
  writeFixed64(2, exemplarTime(exemplar));
};

/** The bytes of an id in hexadecimal digits. */
const writeId = (field: number, id: string): void => {
  const bytes = Buffer.from(id, "hex");
  writer.copy(bytes, 0, bytes.length);
  writer.varint(bytes.length);
  writer.byte(tag(field, delimited));
};

const writeFixed64 = (field: number, value: number | bigint): void => {
  writer.fixed64(value);
  writer.byte(tag(field, fixed64));
};

const writeNumber = ({ labels, value }: NumberValues): void => {
  writeAttributes(tag(7, delimited), labels);
  const integer = toInt64(value);
  if (integer === undefined) writer.double(tag(4, fixed64), Number(value));
  else writeFixed64(6, integer);
};

const writeHistogram = (values: HistogramValues): void => {
  const { bounds, counts } = bucketsOf(values);
  const range = rangeOf(values);
  if (range !== undefined) {
    writer.double(tag(12, fixed64), range.max);
    writer.double(tag(11, fixed64), range.min);
  }
  writeAttributes(tag(9, delimited), values.labels);
  const boundsEnd = writer.length;
  for (const bound of bounds.toReversed()) writer.packedDouble(bound);
  writer.endMessage(tag(7, delimited), boundsEnd);
  const countsEnd = writer.length;
  for (const count of counts.toReversed()) writer.fixed64(count);
  writer.endMessage(tag(6, delimited), countsEnd);
  writer.double(tag(5, fixed64), values.sum);
  writeFixed64(4, values.count);
};

const writeExponential = (values: ExponentialValues, point: Point): void => {
  const { count, sum, scale, zeroCount, zeroThreshold } = values;
  const range = rangeOf(values);
  writer.double(tag(14, fixed64), zeroThreshold);
  if (range !== undefined) {
    writer.double(tag(13, fixed64), range.max);
    writer.double(tag(12, fixed64), range.min);
  }
  writeExemplars(11, point);
  writeBuckets(9, values.negative);
  writeBuckets(8, values.positive);
  writeFixed64(7, zeroCount);
  writeSigned(6, scale);
  if (sum !== undefined) writer.double(tag(5, fixed64), sum);
  writeFixed64(4, count);
  writeAttributes(tag(1, delimited), values.labels);
};

const writeBuckets = (field: number, { offset, counts }: ExponentialBuckets): void => {
  const end = writer.length;
  if (counts.length > 0) {
    for (const count of counts.toReversed()) writer.varint(count);
    writer.endMessage(tag(2, delimited), end);
    writeSigned(1, offset);
  }
  writer.endMessage(tag(field, delimited), end);
};

/** A field of the type `sint32`, whose absence is 0. */
const writeSigned = (field: number, value: number): void => {
  if (value === 0) return;
  writer.signed(value);
  writer.byte(tag(field, 0));
};

const writeSummary = ({ labels, quantiles, sum, count }: SummaryValues): void => {
  writeAttributes(tag(7, delimited), labels);
  for (const [quantile, value] of quantiles.toReversed()) {
    const end = writer.length;
    writer.double(tag(2, fixed64), value);
    writer.double(tag(1, fixed64), quantile);
    writer.endMessage(tag(6, delimited), end);
  }
  writer.double(tag(5, fixed64), sum);
  writeFixed64(4, count);
};
