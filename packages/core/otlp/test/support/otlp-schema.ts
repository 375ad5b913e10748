import { isDeepStrictEqual } from "node:util";
import { Root } from "protobufjs";
import { officialMessage } from "./otlp-definitions.ts";

/**
 * Messages of a metrics request, by opentelemetry-proto 1.x (`metrics.proto`, `common.proto`, `resource.proto`,
 * `metrics_service.proto`), with the fields that a metrics exporter may write. The count of a histogram is optional here, because
 * exporters differ in whether they write 0.
 */
const field = (type: string, id: number) => ({ type, id });
const repeated = (type: string, id: number) => ({ rule: "repeated", type, id });
const optional = (type: string, id: number) => ({ type, id, options: { proto3_optional: true } });
const oneof = (...names: ReadonlyArray<string>) => ({ oneof: [...names] });

const pointTimes = {
  startTimeUnixNano: field("fixed64", 2),
  timeUnixNano: field("fixed64", 3),
};

const root = Root.fromJSON({
  nested: {
    ExportMetricsServiceRequest: { fields: { resourceMetrics: repeated("ResourceMetrics", 1) } },
    ResourceMetrics: {
      fields: {
        resource: field("Resource", 1),
        scopeMetrics: repeated("ScopeMetrics", 2),
        schemaUrl: field("string", 3),
      },
    },
    Resource: {
      fields: {
        attributes: repeated("KeyValue", 1),
        droppedAttributesCount: field("uint32", 2),
      },
    },
    ScopeMetrics: {
      fields: {
        scope: field("InstrumentationScope", 1),
        metrics: repeated("Metric", 2),
        schemaUrl: field("string", 3),
      },
    },
    InstrumentationScope: {
      fields: {
        name: field("string", 1),
        version: field("string", 2),
        attributes: repeated("KeyValue", 3),
        droppedAttributesCount: field("uint32", 4),
      },
    },
    Metric: {
      oneofs: { data: oneof("gauge", "sum", "histogram", "exponentialHistogram", "summary") },
      fields: {
        name: field("string", 1),
        description: field("string", 2),
        unit: field("string", 3),
        gauge: field("Gauge", 5),
        sum: field("Sum", 7),
        histogram: field("Histogram", 9),
        exponentialHistogram: field("ExponentialHistogram", 10),
        summary: field("Summary", 11),
      },
    },
    Gauge: { fields: { dataPoints: repeated("NumberDataPoint", 1) } },
    Sum: {
      fields: {
        dataPoints: repeated("NumberDataPoint", 1),
        aggregationTemporality: field("int32", 2),
        isMonotonic: field("bool", 3),
      },
    },
    Histogram: {
      fields: {
        dataPoints: repeated("HistogramDataPoint", 1),
        aggregationTemporality: field("int32", 2),
      },
    },
    Summary: { fields: { dataPoints: repeated("SummaryDataPoint", 1) } },
    NumberDataPoint: {
      oneofs: { value: oneof("asDouble", "asInt") },
      fields: {
        ...pointTimes,
        asDouble: field("double", 4),
        exemplars: repeated("Exemplar", 5),
        asInt: field("sfixed64", 6),
        attributes: repeated("KeyValue", 7),
        flags: field("uint32", 8),
      },
    },
    HistogramDataPoint: {
      oneofs: {
        _count: oneof("count"),
        _sum: oneof("sum"),
        _min: oneof("min"),
        _max: oneof("max"),
      },
      fields: {
        ...pointTimes,
        count: optional("fixed64", 4),
        sum: optional("double", 5),
        bucketCounts: repeated("fixed64", 6),
        explicitBounds: repeated("double", 7),
        exemplars: repeated("Exemplar", 8),
        attributes: repeated("KeyValue", 9),
        flags: field("uint32", 10),
        min: optional("double", 11),
        max: optional("double", 12),
      },
    },
    ExponentialHistogram: {
      fields: {
        dataPoints: repeated("ExponentialHistogramDataPoint", 1),
        aggregationTemporality: field("int32", 2),
      },
    },
    ExponentialHistogramDataPoint: {
      oneofs: {
        _count: oneof("count"),
        _sum: oneof("sum"),
        _zeroCount: oneof("zeroCount"),
        _min: oneof("min"),
        _max: oneof("max"),
      },
      fields: {
        ...pointTimes,
        attributes: repeated("KeyValue", 1),
        count: optional("fixed64", 4),
        sum: optional("double", 5),
        scale: field("sint32", 6),
        zeroCount: optional("fixed64", 7),
        positive: field("Buckets", 8),
        negative: field("Buckets", 9),
        flags: field("uint32", 10),
        exemplars: repeated("Exemplar", 11),
        min: optional("double", 12),
        max: optional("double", 13),
        zeroThreshold: field("double", 14),
      },
    },
    Buckets: { fields: { offset: field("sint32", 1), bucketCounts: repeated("uint64", 2) } },
    Exemplar: {
      oneofs: { value: oneof("asDouble", "asInt") },
      fields: {
        timeUnixNano: field("fixed64", 2),
        asDouble: field("double", 3),
        spanId: field("bytes", 4),
        traceId: field("bytes", 5),
        asInt: field("sfixed64", 6),
        filteredAttributes: repeated("KeyValue", 7),
      },
    },
    SummaryDataPoint: {
      fields: {
        ...pointTimes,
        count: field("fixed64", 4),
        sum: field("double", 5),
        quantileValues: repeated("ValueAtQuantile", 6),
        attributes: repeated("KeyValue", 7),
        flags: field("uint32", 8),
      },
    },
    ValueAtQuantile: { fields: { quantile: field("double", 1), value: field("double", 2) } },
    KeyValue: { fields: { key: field("string", 1), value: field("AnyValue", 2) } },
    AnyValue: {
      oneofs: { value: oneof("stringValue", "boolValue", "intValue", "doubleValue") },
      fields: {
        stringValue: field("string", 1),
        boolValue: field("bool", 2),
        intValue: field("int64", 3),
        doubleValue: field("double", 4),
      },
    },
    ExportMetricsServiceResponse: {
      fields: { partialSuccess: field("ExportMetricsPartialSuccess", 1) },
    },
    ExportMetricsPartialSuccess: {
      fields: { rejectedDataPoints: field("int64", 1), errorMessage: field("string", 2) },
    },
    Status: { fields: { code: field("int32", 1), message: field("string", 2) } },
  },
});

const request = root.lookupType("ExportMetricsServiceRequest");

/** The request by OpenTelemetry's own definitions, which skip unknown fields. */
const official = officialMessage(
  "opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest",
);

/** The request as plain data in the form of OTLP's JSON: 64-bit integers are strings. It throws at unknown fields and wrong wire types. */
export const decodeStrictly = (bytes: Uint8Array): unknown => {
  const message = request.decode(bytes);
  const known = request.encode(message).finish().length;
  if (known !== bytes.length) {
    throw new Error(`The request has ${bytes.length} bytes, of which ${known} are known.`);
  }
  const form = { longs: String, bytes: String, json: true };
  const decoded = request.toObject(message, form);
  if (!isDeepStrictEqual(decoded, official.toObject(official.decode(bytes), form))) {
    throw new Error("OpenTelemetry's own definitions read the request otherwise.");
  }
  return decoded;
};

/** An encoded message of a receiver's answer. */
export const encodeAnswer = (
  type: "ExportMetricsServiceResponse" | "Status",
  content: Record<string, unknown>,
): Uint8Array<ArrayBuffer> => {
  const message = root.lookupType(type);
  return new Uint8Array(message.encode(message.fromObject(content)).finish());
};
