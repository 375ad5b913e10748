import { byMetric, temporalityCodes } from "./encoding.ts";
import type { Encoding } from "./encoding.ts";
import type { Attributes, MetricHeader, Point } from "./model.ts";
import { isInt64 } from "./protobuf.ts";

/**
 * OTLP's JSON encoding: names in lowerCamelCase, 64-bit integers as decimal strings, enumerations as numbers, and the numbers
 * that JSON lacks as strings (Protocol Buffers, "ProtoJSON Format").
 */
export const jsonEncoding: Encoding = {
  contentType: "application/json",
  encodePoints: (_, points) =>
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
const openMetric = ({ name, description, unit, type }: MetricHeader): string => {
  const fields = JSON.stringify({ name, description, unit });
  return `${fields.slice(0, -1)},"${dataNames[type]}":{"dataPoints":[`;
};

const aggregation = ({ type, temporality }: MetricHeader): string => {
  if (type === "gauge" || type === "summary") return "";
  const monotonic = type === "histogram" ? "" : `,"isMonotonic":${type === "counter"}`;
  return `,"aggregationTemporality":${temporalityCodes[temporality]}${monotonic}`;
};

const toAttributes = (attributes: Attributes) =>
  attributes.map(({ key, value }) => ({ key, value: { stringValue: value } }));

const toDouble = (value: number): number | string =>
  Number.isFinite(value) ? value : String(value);

const toPoint = (point: Point) => {
  const common = {
    attributes: toAttributes(point.attributes),
    startTimeUnixNano: point.startTime?.toString(),
    timeUnixNano: point.time.toString(),
  };
  switch (point.type) {
    case "number":
      return typeof point.value === "bigint" && isInt64(point.value)
        ? { ...common, asInt: point.value.toString() }
        : { ...common, asDouble: toDouble(Number(point.value)) };
    case "histogram":
      return {
        ...common,
        count: String(point.count),
        sum: toDouble(point.sum),
        bucketCounts: point.counts.map(String),
        explicitBounds: point.bounds,
        min: point.range && toDouble(point.range.min),
        max: point.range && toDouble(point.range.max),
      };
    case "summary":
      return {
        ...common,
        count: String(point.count),
        sum: toDouble(point.sum),
        quantileValues: point.quantiles.map(([quantile, value]) => ({
          quantile,
          value: toDouble(value),
        })),
      };
  }
};
