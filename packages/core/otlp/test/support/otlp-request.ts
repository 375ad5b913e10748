import { Schema } from "effect";

/** A metrics request, decoded, in the form of OTLP's JSON; what that form does not allow fails. */

const Numeric = Schema.Union(
  Schema.Number,
  Schema.transform(Schema.Literal("NaN", "Infinity", "-Infinity"), Schema.Number, {
    strict: true,
    decode: Number,
    encode: () => "NaN" as const,
  }),
);
const Integer = Schema.String.pipe(Schema.pattern(/^-?\d+$/));

const listOf = <A, I>(item: Schema.Schema<A, I>) =>
  Schema.optionalWith(Schema.Array(item), { default: () => [] });
const attributes = listOf(
  Schema.Struct({ key: Schema.String, value: Schema.Struct({ stringValue: Schema.String }) }),
);
const common = {
  attributes,
  /** Ids in hexadecimal digits, or in Base64 where they were read from protobuf. */
  exemplars: Schema.optional(
    Schema.Array(
      Schema.Struct({
        timeUnixNano: Integer,
        asDouble: Numeric,
        spanId: Schema.optional(Schema.String),
        traceId: Schema.optional(Schema.String),
      }),
    ),
  ),
  startTimeUnixNano: Schema.optional(Integer),
  timeUnixNano: Integer,
};
const NumberPoint = Schema.Struct({
  ...common,
  asInt: Schema.optional(Integer),
  asDouble: Schema.optional(Numeric),
});
const HistogramPoint = Schema.Struct({
  ...common,
  count: Integer,
  sum: Numeric,
  bucketCounts: Schema.Array(Integer),
  explicitBounds: listOf(Schema.Number),
  min: Schema.optional(Numeric),
  max: Schema.optional(Numeric),
});
const Buckets = Schema.Struct({
  offset: Schema.optionalWith(Schema.Int, { default: () => 0 }),
  bucketCounts: listOf(Integer),
});
const ExponentialPoint = Schema.Struct({
  ...common,
  count: Integer,
  sum: Schema.optional(Schema.Number),
  scale: Schema.optionalWith(Schema.Int, { default: () => 0 }),
  zeroCount: Integer,
  positive: Buckets,
  negative: Buckets,
  min: Schema.optional(Schema.Number),
  max: Schema.optional(Schema.Number),
  zeroThreshold: Schema.optionalWith(Schema.Number, { default: () => 0 }),
});
const SummaryPoint = Schema.Struct({
  ...common,
  count: Integer,
  sum: Numeric,
  quantileValues: listOf(Schema.Struct({ quantile: Schema.Number, value: Numeric })),
});
const Metric = Schema.Struct({
  name: Schema.String,
  description: Schema.optional(Schema.String),
  unit: Schema.optional(Schema.String),
  gauge: Schema.optional(Schema.Struct({ dataPoints: Schema.Array(NumberPoint) })),
  sum: Schema.optional(
    Schema.Struct({
      dataPoints: Schema.Array(NumberPoint),
      aggregationTemporality: Schema.Literal(1, 2),
      isMonotonic: Schema.optionalWith(Schema.Boolean, { default: () => false }),
    }),
  ),
  histogram: Schema.optional(
    Schema.Struct({
      dataPoints: Schema.Array(HistogramPoint),
      aggregationTemporality: Schema.Literal(1, 2),
    }),
  ),
  exponentialHistogram: Schema.optional(
    Schema.Struct({
      dataPoints: Schema.Array(ExponentialPoint),
      aggregationTemporality: Schema.Literal(1, 2),
    }),
  ),
  summary: Schema.optional(Schema.Struct({ dataPoints: Schema.Array(SummaryPoint) })),
});
const Request = Schema.Struct({
  resourceMetrics: Schema.Array(
    Schema.Struct({
      resource: Schema.Struct({ attributes }),
      scopeMetrics: Schema.Array(
        Schema.Struct({
          scope: Schema.Struct({ name: Schema.String, version: Schema.optional(Schema.String) }),
          metrics: Schema.Array(Metric),
        }),
      ),
    }),
  ),
});

export type OtlpRequest = typeof Request.Type;
export type OtlpMetric = typeof Metric.Type;
export type ExponentialPoint = typeof ExponentialPoint.Type;

export const readRequest: (input: unknown) => OtlpRequest = Schema.decodeUnknownSync(Request, {
  onExcessProperty: "error",
});

/** As other exporters write it: with numbers for 64-bit integers, and fields that ours does not have. */
export const readLooseRequest = (input: unknown): OtlpRequest =>
  Schema.decodeUnknownSync(Request)(
    JSON.parse(JSON.stringify(input), (key, value: unknown) => {
      if (key === "bucketCounts" && Array.isArray(value)) return value.map(String);
      return (key === "count" || key === "zeroCount") && typeof value === "number"
        ? String(value)
        : value;
    }),
  );

/** One point with what its metric says, and its attributes as one text. */
export interface FlatPoint {
  readonly name: string;
  readonly unit: string;
  readonly type: string;
  readonly attributes: string;
  readonly value: unknown;
  readonly startTime: string | undefined;
  readonly time: string;
}

export const metricsOf = ({ resourceMetrics }: OtlpRequest): ReadonlyArray<OtlpMetric> =>
  resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics));

/** Every point of a request. */
export const pointsOf = (request: OtlpRequest): ReadonlyArray<FlatPoint> =>
  metricsOf(request).flatMap(({ name, unit = "", gauge, sum, histogram, summary }) => {
    const points = [
      ...(gauge?.dataPoints ?? []).map((point) => ({
        type: "gauge",
        point,
        value: numberOf(point),
      })),
      ...(sum?.dataPoints ?? []).map((point) => ({
        type: `${sum?.isMonotonic === true ? "counter" : "sum"} ${temporality(sum?.aggregationTemporality)}`,
        point,
        value: numberOf(point),
      })),
      ...(histogram?.dataPoints ?? []).map((point) => ({
        type: `histogram ${temporality(histogram?.aggregationTemporality)}`,
        point,
        value: {
          count: Number(point.count),
          sum: point.sum,
          counts: point.bucketCounts.map(Number),
          bounds: point.explicitBounds,
          range: point.min === undefined ? undefined : [point.min, point.max],
        },
      })),
      ...(summary?.dataPoints ?? []).map((point) => ({
        type: "summary",
        point,
        value: { count: Number(point.count), sum: point.sum, quantiles: point.quantileValues },
      })),
    ];
    return points.map(({ type, point, value }) => ({
      name,
      unit,
      type,
      attributes: point.attributes
        .map(({ key, value: { stringValue } }) => `${key}=${stringValue}`)
        .join(","),
      value,
      startTime: point.startTimeUnixNano,
      time: point.timeUnixNano,
    }));
  });

const temporality = (code: 1 | 2 | undefined): string => (code === 1 ? "delta" : "cumulative");

/** An integer as its digits, so that none is lost. */
const numberOf = ({ asInt, asDouble }: typeof NumberPoint.Type): unknown => asInt ?? asDouble;
