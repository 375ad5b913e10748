import type { Exemplar } from "@executor/telemetry";
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
  Point,
} from "./encoding.ts";

/**
 * OTLP's JSON encoding: names in lowerCamelCase, 64-bit integers as decimal strings, enumerations as numbers, and the numbers
 * that JSON lacks as strings (Protocol Buffers, "ProtoJSON Format").
 */
export const jsonEncoding: Encoding = {
  encodePoints: (points) =>
    encoder.encode(points.map((point) => JSON.stringify(toPoint(point))).join(",")),
  encodeRequest: ({ resource, scope }, pieces) => {
    const head = `{"resourceMetrics":[{"resource":${JSON.stringify({ attributes: toAttributes(resource) })},"scopeMetrics":[{"scope":${JSON.stringify(scope)},"metrics":[`;
    const parts: Array<Uint8Array> = [encoder.encode(head)];
    for (const [index, { header, pieces: ofMetric }] of byMetric(pieces).entries()) {
      parts.push(encoder.encode(`${index === 0 ? "" : ","}${openMetric(header)}`));
      for (const [at, { bytes }] of ofMetric.entries()) {
        if (at > 0) parts.push(comma);
        parts.push(bytes);
      }
      parts.push(encoder.encode(`]${aggregation(header)}}}`));
    }
    parts.push(encoder.encode("]}]}]}"));
    return Buffer.concat(parts);
  },
  // A character takes six bytes where it is escaped.
  headerBytes: ({ name, description, unit }) =>
    6 * (name.length + description.length + unit.length) + 160,
};

const encoder = new TextEncoder();
const comma = encoder.encode(",");

const dataNames = {
  gauge: "gauge",
  sum: "sum",
  counter: "sum",
  histogram: "histogram",
  summary: "summary",
} as const;

/** Up to the first of the points. */
const openMetric = ({ name, description, unit, type, isExponential }: MetricHeader): string => {
  const fields = JSON.stringify({ name, description, unit });
  return `${fields.slice(0, -1)},"${isExponential ? "exponentialHistogram" : dataNames[type]}":{"dataPoints":[`;
};

const aggregation = ({ type, temporality }: MetricHeader): string => {
  if (type === "gauge" || type === "summary") return "";
  const monotonic = type === "histogram" ? "" : `,"isMonotonic":${type === "counter"}`;
  return `,"aggregationTemporality":${temporalityCodes[temporality]}${monotonic}`;
};

const toAttributes = (attributes: Sender["resource"]) =>
  attributes.map(({ key, value }) => ({ key, value: { stringValue: value } }));

const toDouble = (value: number): number | string =>
  Number.isFinite(value) ? value : String(value);

const toPoint = (point: Point) => {
  const { values, startTime, time } = point;
  const exemplars = exemplarsOf(point);
  const common = {
    attributes: toAttributes(values.labels),
    startTimeUnixNano: startTime?.toString(),
    timeUnixNano: time.toString(),
    exemplars: exemplars.length === 0 ? undefined : exemplars.map(toExemplar),
  };
  if (values.type === "number") return { ...common, ...toNumber(values.value) };
  if (values.type === "histogram") return { ...common, ...toHistogram(values) };
  if (values.type === "exponential") return { ...common, ...toExponentialHistogram(values) };
  const quantileValues = values.quantiles.map(([quantile, value]) => ({
    quantile,
    value: toDouble(value),
  }));
  const { count, sum } = values;
  return { ...common, count: String(count), sum: toDouble(sum), quantileValues };
};

const toExemplar = (exemplar: Exemplar) => ({
  timeUnixNano: exemplarTime(exemplar).toString(),
  asDouble: toDouble(exemplar.value),
  ...(exemplar.traceId === "" ? undefined : { spanId: exemplar.spanId, traceId: exemplar.traceId }),
});

const toNumber = (value: number | bigint) => {
  const integer = toInt64(value);
  return integer === undefined
    ? { asDouble: toDouble(Number(value)) }
    : { asInt: integer.toString() };
};

const toHistogram = (values: HistogramValues) => {
  const { bounds, counts } = bucketsOf(values);
  const range = rangeOf(values);
  return {
    count: String(values.count),
    sum: toDouble(values.sum),
    bucketCounts: counts.map(String),
    explicitBounds: bounds,
    min: range && toDouble(range.min),
    max: range && toDouble(range.max),
  };
};

const toExponentialHistogram = (values: ExponentialValues) => {
  const { scale, zeroCount, zeroThreshold, count, sum } = values;
  const range = rangeOf(values);
  return {
    count: String(count),
    sum,
    scale,
    zeroCount: String(zeroCount),
    positive: toBuckets(values.positive),
    negative: toBuckets(values.negative),
    ...range,
    zeroThreshold,
  };
};

const toBuckets = ({ offset, counts }: ExponentialBuckets) => ({
  offset,
  bucketCounts: counts.map(String),
});
