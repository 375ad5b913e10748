import { type RecordedSpan, traceStateOf } from "@executor/telemetry/tracing";
import type { Tracer } from "effect";
import { toAttributes, toResource } from "../encoding/json.ts";
import { type EncodeSpans, errorCode, flagsOf, kindCodes, nanosOf } from "./encoding.ts";

const encoder = new TextEncoder();

/** Writes a request in OTLP's JSON: ids as hex digits, 64-bit integers as decimal strings, enumerations as numbers. */
export const encodeJson: EncodeSpans = ({ resource, scope }, spans) => {
  const scopeSpans = [{ scope, spans: spans.map(toSpan) }];
  const request = { resourceSpans: [{ resource: toResource(resource), scopeSpans }] };
  return encoder.encode(JSON.stringify(request));
};

const toSpan = (span: RecordedSpan) => {
  const parent = span.parent._tag === "Some" ? span.parent.value : undefined;
  return {
    ...toIds(span, span.traceState),
    parentSpanId: parent?.spanId,
    flags: flagsOf(true, parent?._tag === "ExternalSpan"),
    name: span.name,
    kind: kindCodes[span.kind],
    startTimeUnixNano: toNanos(span.startMillis),
    endTimeUnixNano: toNanos(span.endMillis ?? span.startMillis),
    attributes: toAttributes(span.attributes),
    links: span.links.map(({ span: linked }) => ({
      ...toIds(linked, traceStateOf(linked)),
      flags: flagsOf(linked.sampled, linked._tag === "ExternalSpan"),
    })),
    status: span.isError ? { code: errorCode } : {},
  };
};

const toIds = ({ traceId, spanId }: Tracer.AnySpan, traceState: string) => ({
  traceId,
  spanId,
  traceState: traceState === "" ? undefined : traceState,
});

const toNanos = (millis: number): string => BigInt(nanosOf(millis)).toString();
