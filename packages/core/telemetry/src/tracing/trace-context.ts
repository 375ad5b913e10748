import { Context, type Tracer } from "effect";

/** A span of another process, by W3C Trace Context. */
export interface RemoteSpan extends Tracer.ExternalSpan {
  /** `tracestate` as it came; `""` for none. */
  readonly traceState: string;
}

/** Two digits of version, ids, flags, and in versions above 00 whatever follows a further dash. */
const pattern = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/;
const zeros = /^0+$/;

/** W3C asks that at least so many characters are passed on. A longer value is left out whole, because a part may mean something else. */
const maxTraceStateChars = 512;

/**
 * The caller's span by its `traceparent` and `tracestate` (W3C Trace Context, sections 3.2 and 3.3). `undefined` for values that the
 * specification calls invalid: upper case, ids of zeros, version ff, or version 00 with more than four parts. A higher version is
 * read as 00.
 */
export const readTraceContext = (
  traceparent: unknown,
  tracestate?: unknown,
): RemoteSpan | undefined => {
  if (typeof traceparent !== "string") return undefined;
  const [, version, traceId = "", spanId = "", flags = "", rest] = pattern.exec(traceparent) ?? [];
  if (version === undefined || version === "ff") return undefined;
  if (version === "00" && rest !== undefined) return undefined;
  if (zeros.test(traceId) || zeros.test(spanId)) return undefined;
  const isSendable =
    typeof tracestate === "string" &&
    tracestate.length <= maxTraceStateChars &&
    /^[\u0020-\u007e\t]*$/.test(tracestate);
  return {
    _tag: "ExternalSpan",
    traceId,
    spanId,
    sampled: (Number.parseInt(flags, 16) & 1) === 1,
    context: Context.empty(),
    traceState: isSendable ? tracestate.trim() : "",
  };
};

/** Headers, or members of MCP's `_meta`, that make a span the parent of what the receiver does. */
export interface TraceContextFields {
  readonly traceparent: string;
  readonly tracestate?: string;
}

/** W3C Trace Context of a span; never `baggage`, and no other format. */
export const traceContextFields = (
  { traceId, spanId, sampled }: Tracer.AnySpan,
  traceState: string,
): TraceContextFields => {
  const traceparent = `00-${traceId}-${spanId}-${sampled ? "01" : "00"}`;
  return traceState === "" ? { traceparent } : { traceparent, tracestate: traceState };
};
