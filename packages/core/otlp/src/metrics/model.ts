/** OpenTelemetry's metrics data model, as far as Effect's metrics reach; plain data, ready to be encoded. */

/** Sorted by key, each key once, no value empty. */
export type Attributes = ReadonlyArray<{ readonly key: string; readonly value: string }>;

/** `counter` is a monotonic sum, `sum` one that can go down. */
export type MetricType = "counter" | "sum" | "gauge" | "histogram" | "summary";

export type Temporality = "cumulative" | "delta";

/** What the points of one metric have in common. */
export interface MetricHeader {
  readonly name: string;
  readonly description: string;
  /** UCUM, `""` for none. */
  readonly unit: string;
  readonly type: MetricType;
  /** Of counters and histograms; anything else is cumulative. */
  readonly temporality: Temporality;
}

export interface NumberReading {
  readonly type: "number";
  readonly value: number | bigint;
}

export interface HistogramReading {
  readonly type: "histogram";
  /** Upper bounds, strictly increasing and finite. */
  readonly bounds: ReadonlyArray<number>;
  /** Observations in each bucket alone; one more than there are bounds. */
  readonly counts: ReadonlyArray<number>;
  /** The sum of `counts`. */
  readonly count: number;
  readonly sum: number;
  /** Absent where nothing was observed, and of deltas. */
  readonly range: { readonly min: number; readonly max: number } | undefined;
}

export interface SummaryReading {
  readonly type: "summary";
  readonly quantiles: ReadonlyArray<readonly [quantile: number, value: number]>;
  readonly count: number;
  readonly sum: number;
}

/** What a point says, apart from its attributes and times. */
export type Reading = NumberReading | HistogramReading | SummaryReading;

interface PointBase {
  readonly attributes: Attributes;
  /** Unix nanoseconds; a gauge has none. */
  readonly startTime: bigint | undefined;
  /** Unix nanoseconds. */
  readonly time: bigint;
  /** Of a delta: what it was made from. */
  readonly total?: { readonly identity: string; readonly point: Point };
}

export interface NumberPoint extends PointBase, NumberReading {}
export interface HistogramPoint extends PointBase, HistogramReading {}
export interface SummaryPoint extends PointBase, SummaryReading {}

export type Point = NumberPoint | HistogramPoint | SummaryPoint;

/** Names the library or application that recorded. */
export interface InstrumentationScope {
  readonly name: string;
  readonly version: string;
}
