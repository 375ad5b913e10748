export { makeSampler, samplerNames } from "./sampler.ts";
export type { Sampler, SamplerName } from "./sampler.ts";
export { RecordedSpan, traceStateOf } from "./span.ts";
export type { Attributes, AttributeValue, ExecutorSpan, ParentSpan } from "./span.ts";
export { carriedSpan, carrySpan } from "./carried-span.ts";
export { placeholderSpan, SpanTracer } from "./span-tracer.ts";
export type { SpanStart, SpanTracerOptions } from "./span-tracer.ts";
export { readTraceContext, traceContextFields } from "./trace-context.ts";
export type { RemoteSpan, TraceContextFields } from "./trace-context.ts";
export {
  below,
  currentTracer,
  exemplarFilters,
  keepExemplars,
  recordIn,
  recordingOf,
  spanOf,
  traced,
} from "./traced.ts";
export type { ExemplarFilter, TracedOptions } from "./traced.ts";
export { unixMillis } from "./unix-millis.ts";
