import type {
  Attributes,
  InstrumentationScope,
  MetricHeader,
  Point,
  Temporality,
} from "./model.ts";

/** Points of one metric, encoded; several pieces of a metric can follow each other in a request. */
export interface Piece {
  readonly header: MetricHeader;
  readonly points: ReadonlyArray<Point>;
  readonly bytes: Uint8Array;
}

/** Describes who sends; the same in every request. */
export interface Sender {
  readonly resource: Attributes;
  readonly scope: InstrumentationScope;
}

/** A way to write an `ExportMetricsServiceRequest` of OTLP 1.x, piece by piece. */
export interface Encoding {
  readonly contentType: string;
  readonly encodePoints: (header: MetricHeader, points: ReadonlyArray<Point>) => Uint8Array;
  /** Pieces of one metric stand together. */
  readonly encodeRequest: (sender: Sender, pieces: ReadonlyArray<Piece>) => Uint8Array;
  /** What a metric adds to a request beside its pieces, at most, in bytes. */
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
