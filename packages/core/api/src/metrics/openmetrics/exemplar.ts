import { exemplarOf } from "@executor/telemetry";
import type { Exemplar } from "@executor/telemetry";
import type { HistogramSeries, ScalarSeries } from "../families/family.ts";
import { formatValue } from "../text/numbers.ts";

/** Names and values of an exemplar's labels together, in code points (OpenMetrics 1.0, "Exemplars"). */
const maxCodePoints = 128;

/**
 * The exemplar of a counter, or of a histogram's bucket by its position among the series' bounds, in the unit of the series'
 * values. `undefined` where there is none that the formats allow: its value must lie within the bucket, and its labels
 * must not be long.
 */
export const seriesExemplar = (
  series: ScalarSeries | HistogramSeries,
  bucket: number,
): Exemplar | undefined => {
  const recorded = exemplarOf(series.key, bucket);
  if (recorded === undefined || isLong(recorded)) return undefined;
  const { divisor } = series;
  const exemplar = divisor === 1 ? recorded : { ...recorded, value: recorded.value / divisor };
  return series.type !== "histogram" || isWithin(exemplar.value, series.bounds, bucket)
    ? exemplar
    : undefined;
};

/**
 * What OpenMetrics writes behind the value of a `_total` or a `_bucket` sample, ` # {trace_id="…",span_id="…"} value time`;
 * `""` where there is no exemplar.
 */
export const formatExemplar = (series: ScalarSeries | HistogramSeries, bucket: number): string => {
  const exemplar = seriesExemplar(series, bucket);
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

/** Ids are hexadecimal where a tracer made them, and anything where a caller of `Tracer.externalSpan` did. */
const escapeId = (id: string): string =>
  /^[0-9a-zA-Z]*$/.test(id)
    ? id
    : id.toWellFormed().replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n");
