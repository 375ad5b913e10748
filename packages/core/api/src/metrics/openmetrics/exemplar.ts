import type { Exemplar } from "@executor/telemetry";
import type { Series } from "@executor/telemetry/reading";
import { formatValue } from "../text/lines.ts";

/** Names and values of an exemplar's labels together, in code points (OpenMetrics 1.0, "Exemplars"). */
const maxCodePoints = 128;

/**
 * The exemplar of a counter or, by its index, of a histogram's bucket, if its value lies in the bucket and its labels are short. One
 * without a trace is for the push alone: a scraper has no use for a value that leads nowhere.
 */
export const seriesExemplar = (reading: Series, bucket: number): Exemplar | undefined => {
  if (reading.type === "summary") return undefined;
  const exemplar = reading.type === "histogram" ? reading.exemplars?.[bucket] : reading.exemplar;
  if (exemplar === undefined || exemplar.traceId === "" || isLong(exemplar)) return undefined;
  return reading.type !== "histogram" || isWithin(exemplar.value, reading.bounds, bucket)
    ? exemplar
    : undefined;
};

/** The suffix of a `_total` or `_bucket` sample in OpenMetrics, ` # {trace_id="…",span_id="…"} value time`; `""` for no exemplar. */
export const formatExemplar = (reading: Series, bucket: number): string => {
  const exemplar = seriesExemplar(reading, bucket);
  if (exemplar === undefined) return "";
  const { traceId, spanId, value, timestamp } = exemplar;
  const labels = `trace_id="${escapeId(traceId)}",span_id="${escapeId(spanId)}"`;
  return ` # {${labels}} ${formatValue(value)} ${timestamp.toFixed(3)}`;
};

const isWithin = (value: number, bounds: ReadonlyArray<number>, bucket: number): boolean => {
  const above = bounds[bucket - 1];
  return value <= (bounds[bucket] ?? Number.NaN) && (above === undefined || value > above);
};

const isLong = ({ traceId, spanId }: Exemplar): boolean => {
  const names = "trace_id".length + "span_id".length;
  // A code point has one or two of the units that a length counts.
  if (names + traceId.length + spanId.length <= maxCodePoints) return false;
  return names + Array.from(traceId + spanId).length > maxCodePoints;
};

/** Escapes an id: tracers make hexadecimal ids, and callers of `Tracer.externalSpan` may pass any text. */
const escapeId = (id: string): string =>
  /^[0-9a-zA-Z]*$/.test(id)
    ? id
    : id.toWellFormed().replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n");
