import { type RecordedSpan, traceStateOf } from "@executor/telemetry/tracing";
import type { Tracer } from "effect";
import {
  delimited,
  encodeRequest,
  fixed32,
  message,
  varint,
  writeAttribute,
  writer,
  writeTime,
} from "../encoding/protobuf.ts";
import { type EncodeSpans, errorCode, flagsOf, kindCodes, nanosOf } from "./encoding.ts";

/** Writes a request; the writer goes from the last byte to the first, so fields come in reverse. */
export const encodeProtobuf: EncodeSpans = (sender, spans) =>
  encodeRequest(sender, spans, writeSpan);

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
  writeTime(8, nanosOf(span.endMillis ?? span.startMillis));
  writeTime(7, nanosOf(span.startMillis));
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
