import type { Labels } from "@executor/telemetry/reading";
import type { MetricHeader, Point, Temporality } from "./point.ts";

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
  readonly contentType: string;
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
