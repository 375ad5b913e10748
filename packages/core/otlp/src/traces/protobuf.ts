import { ProtobufWriter } from "@executor/telemetry/protobuf";
import { type AttributeValue, type RecordedSpan, traceStateOf } from "@executor/telemetry/tracing";
import type { Tracer } from "effect";
import type { Sender } from "../metrics/encoding.ts";
import { type EncodeSpans, errorCode, flagsOf, kindCodes, nanosOf } from "./encoding.ts";

/** Field numbers and wire types of opentelemetry-proto 1.x, `trace.proto`, `resource.proto` and `common.proto`. */
const varint = (field: number): number => field << 3;
const fixed64 = (field: number): number => (field << 3) | 1;
const delimited = (field: number): number => (field << 3) | 2;
const fixed32 = (field: number): number => (field << 3) | 5;

const writer = new ProtobufWriter();

/** Writes a request; the writer goes from the last byte to the first, so fields come in reverse. */
export const encodeProtobuf: EncodeSpans = ({ resource, scope }, spans) => {
  writer.clear();
  for (let index = spans.length - 1; index >= 0; index -= 1) {
    const span = spans[index];
    if (span !== undefined) message(delimited(2), () => writeSpan(span));
  }
  message(delimited(1), () => writeScope(scope));
  writer.endMessage(delimited(2), 0);
  message(delimited(1), () => {
    for (const { key, value } of resource.toReversed()) writeAttribute(delimited(1), key, value);
  });
  writer.endMessage(delimited(1), 0);
  return writer.take();
};

const message = (tag: number, fields: () => void): void => {
  const end = writer.length;
  fields();
  writer.endMessage(tag, end);
};

const writeScope = ({ name, version }: Sender["scope"]): void => {
  writer.string(delimited(2), version);
  writer.string(delimited(1), name);
};

const writeSpan = (span: RecordedSpan): void => {
  const parent = span.parent._tag === "Some" ? span.parent.value : undefined;
  writeFlags(16, true, parent);
  if (span.isError) {
    message(delimited(15), () => {
      writer.varint(errorCode);
      writer.byte(varint(3));
    });
  }
  for (const { span: linked } of span.links.toReversed()) {
    message(delimited(13), () => {
      writeFlags(6, linked.sampled, linked);
      writeIds(linked, traceStateOf(linked));
    });
  }
  for (const [key, value] of [...span.attributes].toReversed()) {
    writeAttribute(delimited(9), key, value);
  }
  writeTime(8, span.endMillis ?? span.startMillis);
  writeTime(7, span.startMillis);
  writer.varint(kindCodes[span.kind]);
  writer.byte(varint(6));
  writer.string(delimited(5), span.name);
  if (parent !== undefined) writer.hex(delimited(4), parent.spanId);
  writeIds(span, span.traceState);
};

const writeIds = ({ traceId, spanId }: Tracer.AnySpan, traceState: string): void => {
  if (traceState !== "") writer.string(delimited(3), traceState);
  writer.hex(delimited(2), spanId);
  writer.hex(delimited(1), traceId);
};

/** Its field's number may take two bytes. */
const writeFlags = (field: number, isSampled: boolean, of: Tracer.AnySpan | undefined): void => {
  writer.fixed32(flagsOf(isSampled, of?._tag === "ExternalSpan"));
  writer.varint(fixed32(field));
};

const writeTime = (field: number, millis: number): void => {
  writer.fixed64(nanosOf(millis));
  writer.byte(fixed64(field));
};

const writeAttribute = (tag: number, key: string, value: AttributeValue): void => {
  const end = writer.length;
  writeValue(value);
  writer.endMessage(delimited(2), end);
  writer.string(delimited(1), key);
  writer.endMessage(tag, end);
};

/** The fields of an `AnyValue`. A number is an integer where it is one and exact. */
const writeValue = (value: AttributeValue): void => {
  if (typeof value === "string") {
    writer.string(delimited(1), value);
  } else if (typeof value === "boolean") {
    writer.varint(value ? 1 : 0);
    writer.byte(varint(2));
  } else if (typeof value !== "number") {
    message(delimited(5), () => {
      for (const item of value.toReversed()) message(delimited(1), () => writeValue(item));
    });
  } else if (Number.isSafeInteger(value)) {
    writer.int64(value);
    writer.byte(varint(3));
  } else {
    writer.double(fixed64(4), value);
  }
};
