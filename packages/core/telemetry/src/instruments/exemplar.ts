import { Fiber } from "effect";

/** One measurement, and the trace in which it was made. */
export interface Exemplar {
  readonly traceId: string;
  readonly spanId: string;
  /** As it was recorded: an observation, or what a counter went up by. */
  readonly value: number;
  /** Unix time in seconds. */
  readonly timestamp: number;
}

/** An exemplar of `value` where a sampled span is current in the fiber that runs; the span itself is not kept. */
export const currentExemplar = (value: number): Exemplar | undefined => {
  const fiber = Fiber.getCurrentFiber();
  if (fiber._tag === "None") return undefined;
  const span = fiber.value.currentSpan;
  if (span === undefined || !span.sampled) return undefined;
  const { traceId, spanId } = span;
  return { traceId, spanId, value, timestamp: Date.now() / 1_000 };
};
