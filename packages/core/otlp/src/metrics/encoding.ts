import type { Exemplar } from "@executor/telemetry";
import type {
  HistogramSeries,
  Labels,
  Metric,
  NumberSeries,
  Series,
  SummarySeries,
} from "@executor/telemetry/reading";

/** Data points of OpenTelemetry's metrics data model, ready to be encoded. */

export type Temporality = "cumulative" | "delta";

/** Fields that all points of one metric share. */
export interface MetricHeader extends Pick<Metric, "name" | "description" | "unit" | "type"> {
  /** `delta` for counters and histograms only. */
  readonly temporality: Temporality;
  /** Of a histogram whether its points have exponential buckets; a metric has one kind of them. */
  readonly isExponential: boolean;
}

export type NumberValues = Pick<NumberSeries, "type" | "labels" | "value">;
export type HistogramValues = Pick<
  HistogramSeries,
  "type" | "labels" | "bounds" | "counts" | "count" | "sum" | "min" | "max"
>;
export type SummaryValues = Pick<SummarySeries, "type" | "labels" | "quantiles" | "count" | "sum">;

/** Counts of adjacent buckets; the first has the index `offset`. */
export interface ExponentialBuckets {
  readonly offset: number;
  readonly counts: ReadonlyArray<number>;
}

/**
 * A histogram whose bucket with the index `i` has the observations above `base ** i` and at most `base ** (i + 1)`, where `base` is
 * `2 ** 2 ** -scale`; `negative` has negative ones by their absolute values.
 */
export interface ExponentialValues {
  readonly type: "exponential";
  readonly labels: Labels;
  readonly scale: number;
  /** Observations that are at most `zeroThreshold` from 0. */
  readonly zeroCount: number;
  readonly zeroThreshold: number;
  readonly positive: ExponentialBuckets;
  readonly negative: ExponentialBuckets;
  /** All buckets' and `zeroCount` together. */
  readonly count: number;
  readonly sum: number | undefined;
  readonly min: number | undefined;
  readonly max: number | undefined;
}

/** Labels and values of a point: those of a series, or their increase. */
export type Values = NumberValues | HistogramValues | ExponentialValues | SummaryValues;

export interface Point {
  readonly values: Values;
  /** The series that the values come from. */
  readonly total: Series;
  /** Unix nanoseconds; a gauge has none. */
  readonly startTime: bigint | undefined;
  /** Unix nanoseconds. */
  readonly time: bigint;
}

/** Bounds and counts as OTLP has them: bounds finite, counts of each bucket alone and one more than there are bounds. */
export const bucketsOf = ({ bounds, counts }: HistogramValues) => {
  // The count of a bucket that ends at -Inf moves to the next bucket.
  const first = bounds[0] === Number.NEGATIVE_INFINITY ? 1 : 0;
  const alone: Array<number> = [];
  let counted = 0;
  for (let index = first; index < counts.length; index += 1) {
    const cumulative = counts[index] ?? counted;
    alone.push(cumulative - counted);
    counted = cumulative;
  }
  return { bounds: bounds.slice(first, -1), counts: alone };
};

/** The measurements of a point that are kept as exemplars, in order of time: a delta has those since its start. */
export const exemplarsOf = ({ total, startTime }: Point): ReadonlyArray<Exemplar> => {
  const all =
    total.type === "number" ? [total.exemplar] : total.type === "histogram" ? total.exemplars : [];
  if (all === undefined) return [];
  return all
    .filter((exemplar) => exemplar !== undefined)
    .filter((exemplar) => startTime === undefined || exemplarTime(exemplar) >= startTime)
    .toSorted((left, right) => left.timestamp - right.timestamp);
};

/** Unix nanoseconds. */
export const exemplarTime = ({ timestamp }: Exemplar): bigint =>
  BigInt(Math.round(timestamp * 1_000)) * 1_000_000n;

/** The least and the greatest observation, where both are known. */
export const rangeOf = ({
  min,
  max,
}: Pick<HistogramValues, "min" | "max">):
  | { readonly min: number; readonly max: number }
  | undefined =>
  min === undefined || max === undefined || !(min <= max) ? undefined : { min, max };

/** An integer of OTLP, which has 64 bits; `undefined` for a value that is written as a double. */
export const toInt64 = (value: number | bigint): bigint | undefined =>
  typeof value === "bigint" && BigInt.asIntN(64, value) === value ? value : undefined;

/** Encoded points of one metric; a request can have several pieces of a metric. */
export interface Piece {
  readonly header: MetricHeader;
  readonly points: ReadonlyArray<Point>;
  readonly bytes: Uint8Array;
}

/** Name of the library or application that recorded. */
export interface InstrumentationScope {
  readonly name: string;
  readonly version: string;
}

/** Identity of the sender; the same in every request. */
export interface Sender {
  readonly resource: Labels;
  readonly scope: InstrumentationScope;
}

/** A way to write an `ExportMetricsServiceRequest` of OTLP 1.x, piece by piece. */
export interface Encoding {
  readonly encodePoints: (points: ReadonlyArray<Point>) => Uint8Array;
  /** Pieces of one metric must follow each other. */
  readonly encodeRequest: (sender: Sender, pieces: ReadonlyArray<Piece>) => Uint8Array;
  /** Most bytes that a metric adds to a request besides its pieces. */
  readonly headerBytes: (header: MetricHeader) => number;
}

/** `AggregationTemporality` of opentelemetry-proto 1.x. */
export const temporalityCodes: Readonly<Record<Temporality, number>> = { delta: 1, cumulative: 2 };

/** Runs of pieces with the same metric. */
export const byMetric = (
  pieces: ReadonlyArray<Piece>,
): ReadonlyArray<{ readonly header: MetricHeader; readonly pieces: ReadonlyArray<Piece> }> => {
  const runs: Array<{ readonly header: MetricHeader; readonly pieces: Array<Piece> }> = [];
  for (const piece of pieces) {
    const last = runs.at(-1);
    if (last?.header === piece.header) last.pieces.push(piece);
    else runs.push({ header: piece.header, pieces: [piece] });
  }
  return runs;
};
