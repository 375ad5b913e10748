import { Schema } from "effect";
import protobuf from "protobufjs";

/** The messages of Prometheus's client model, as far as an exposition uses them. */
const definition = `
syntax = "proto2";
package io.prometheus.client;
message Timestamp { optional int64 seconds = 1; optional int32 nanos = 2; }
message LabelPair { optional string name = 1; optional string value = 2; }
enum MetricType { COUNTER = 0; GAUGE = 1; SUMMARY = 2; UNTYPED = 3; HISTOGRAM = 4; GAUGE_HISTOGRAM = 5; }
message Gauge { optional double value = 1; }
message Counter { optional double value = 1; optional Exemplar exemplar = 2; optional Timestamp created_timestamp = 3; }
message Quantile { optional double quantile = 1; optional double value = 2; }
message Summary {
  optional uint64 sample_count = 1; optional double sample_sum = 2; repeated Quantile quantile = 3;
  optional Timestamp created_timestamp = 4;
}
message Histogram {
  optional uint64 sample_count = 1; optional double sample_sum = 2; repeated Bucket bucket = 3;
  optional sint32 schema = 5; optional double zero_threshold = 6; optional uint64 zero_count = 7;
  repeated BucketSpan negative_span = 9; repeated sint64 negative_delta = 10;
  repeated BucketSpan positive_span = 12; repeated sint64 positive_delta = 13;
  optional Timestamp created_timestamp = 15;
}
message Bucket { optional uint64 cumulative_count = 1; optional double upper_bound = 2; optional Exemplar exemplar = 3; }
message BucketSpan { optional sint32 offset = 1; optional uint32 length = 2; }
message Exemplar { repeated LabelPair label = 1; optional double value = 2; optional Timestamp timestamp = 3; }
message Metric {
  repeated LabelPair label = 1; optional Gauge gauge = 2; optional Counter counter = 3; optional Summary summary = 4;
  optional Histogram histogram = 7;
}
message MetricFamily {
  optional string name = 1; optional string help = 2; optional MetricType type = 3; repeated Metric metric = 4;
  optional string unit = 5;
}
`;

const Timestamp = Schema.Struct({ seconds: Schema.Number, nanos: Schema.Number });
const LabelPair = Schema.Struct({ name: Schema.String, value: Schema.String });
const Exemplar = Schema.Struct({
  label: Schema.Array(LabelPair),
  value: Schema.Number,
  timestamp: Timestamp,
});
const Span = Schema.Struct({ offset: Schema.Number, length: Schema.Number });
const Spans = Schema.optionalWith(Schema.Array(Span), { default: () => [] });
const Deltas = Schema.optionalWith(Schema.Array(Schema.Number), { default: () => [] });
const DecodedHistogram = Schema.Struct({
  sampleCount: Schema.Number,
  sampleSum: Schema.Number,
  bucket: Schema.optionalWith(
    Schema.Array(
      Schema.Struct({
        cumulativeCount: Schema.Number,
        upperBound: Schema.Number,
        exemplar: Schema.optional(Exemplar),
      }),
    ),
    { default: () => [] },
  ),
  schema: Schema.optional(Schema.Number),
  zeroThreshold: Schema.optional(Schema.Number),
  zeroCount: Schema.optional(Schema.Number),
  negativeSpan: Spans,
  negativeDelta: Deltas,
  positiveSpan: Spans,
  positiveDelta: Deltas,
  createdTimestamp: Schema.optional(Timestamp),
});
const DecodedMetric = Schema.Struct({
  label: Schema.optionalWith(Schema.Array(LabelPair), { default: () => [] }),
  gauge: Schema.optional(Schema.Struct({ value: Schema.Number })),
  counter: Schema.optional(
    Schema.Struct({
      value: Schema.Number,
      exemplar: Schema.optional(Exemplar),
      createdTimestamp: Schema.optional(Timestamp),
    }),
  ),
  summary: Schema.optional(
    Schema.Struct({
      sampleCount: Schema.Number,
      sampleSum: Schema.Number,
      quantile: Schema.optionalWith(
        Schema.Array(Schema.Struct({ quantile: Schema.Number, value: Schema.Number })),
        { default: () => [] },
      ),
    }),
  ),
  histogram: Schema.optional(DecodedHistogram),
});
const DecodedFamily = Schema.Struct({
  name: Schema.String,
  help: Schema.optional(Schema.String),
  type: Schema.String,
  unit: Schema.optional(Schema.String),
  metric: Schema.Array(DecodedMetric),
});

export type DecodedHistogram = typeof DecodedHistogram.Type;
export type DecodedMetric = typeof DecodedMetric.Type;
export type DecodedFamily = typeof DecodedFamily.Type;

const message = protobuf.parse(definition).root.lookupType("io.prometheus.client.MetricFamily");
const toFamily = Schema.decodeUnknownSync(DecodedFamily, { onExcessProperty: "error" });

/** The families of a delimited protobuf exposition, read by protobufjs. */
export const decodeFamilies = (body: Uint8Array): ReadonlyArray<DecodedFamily> => {
  const reader = protobuf.Reader.create(body);
  const families: Array<DecodedFamily> = [];
  while (reader.pos < reader.len) {
    const family = message.decodeDelimited(reader);
    families.push(toFamily(message.toObject(family, { longs: Number, enums: String })));
  }
  return families;
};
