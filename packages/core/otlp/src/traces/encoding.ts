import type { AttributeValue, RecordedSpan } from "@executor/telemetry/tracing";
import type { Sender } from "../metrics/encoding.ts";

/** A way to write an `ExportTraceServiceRequest` of OTLP 1.x. */
export type EncodeSpans = (sender: Sender, spans: ReadonlyArray<RecordedSpan>) => Uint8Array;

/** `SpanKind` of opentelemetry-proto 1.x. */
export const kindCodes = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const;

/** `STATUS_CODE_ERROR`; a status that is left out is `Unset`. */
export const errorCode = 2;

/**
 * W3C flags of a span or a linked one with the bits that say whether its parent, or the linked span, is of another process
 * (`SpanFlags` of opentelemetry-proto 1.x).
 */
export const flagsOf = (isSampled: boolean, isRemote: boolean): number =>
  (isSampled ? 0x001 : 0) | 0x100 | (isRemote ? 0x200 : 0);

/** Unix nanoseconds of Unix milliseconds, as near as a double comes: within 256 ns. */
export const nanosOf = (millis: number): number => Math.round(millis * 1e6);

/** Bytes of the fields that each span has: times, ids, kind and lengths. */
const fixedBytes = 192;

/** Bytes of a span in a request, roughly. */
export const bytesOf = ({ name, attributes }: RecordedSpan): number => {
  let bytes = fixedBytes + Buffer.byteLength(name);
  for (const [key, value] of attributes) bytes += Buffer.byteLength(key) + valueBytes(value);
  return bytes;
};

const valueBytes = (value: AttributeValue): number => {
  if (typeof value === "string") return Buffer.byteLength(value);
  return typeof value === "object"
    ? value.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
    : 8;
};
