import {
  makeSampler,
  type RecordedSpan,
  type SamplerName,
  SpanTracer,
} from "@executor/telemetry/tracing";

/** A tracer, and the spans of it that have ended, in that order. */
export const recordingTracer = (sampler: SamplerName = "always_on", ratio = 1) => {
  const spans: Array<RecordedSpan> = [];
  const tracer = new SpanTracer({
    sampler: makeSampler(sampler, ratio),
    onEnd: (span) => spans.push(span),
  });
  return { tracer, spans };
};
