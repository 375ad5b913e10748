import type { Series } from "@executor/telemetry/reading";
import type { DeltaMemory } from "./delta.ts";
import type { Encoding, MetricHeader, Piece, Point } from "./encoding.ts";
import { exponentialValues, nativeOf } from "./exponential.ts";
import { type MetricGroup, seriesOf } from "./groups.ts";

/** Pieces of one request. */
export type Batch = ReadonlyArray<Piece>;

export interface BatchOptions {
  readonly groups: ReadonlyArray<MetricGroup>;
  readonly series: ReadonlyArray<Series>;
  /** Start and end of all points, in Unix nanoseconds. */
  readonly times: { readonly startTime: bigint; readonly time: bigint };
  readonly encoding: Encoding;
  readonly deltas: DeltaMemory;
  /** Bytes that a request may have; it can change during an export. */
  readonly limit: () => number;
}

/** Few enough to be encoded within a millisecond. */
const pointsInPiece = 256;

/** Reserve for resource, scope and lengths, whose bytes are not counted. */
const reservedBytes = 16 * 1024;

/** Encodes all series as requests of at most `limit()` bytes each; `undefined` is a pause. */
export function* batches(options: BatchOptions): Generator<Batch | undefined, void> {
  const { encoding, limit } = options;
  let batch: Array<Piece> = [];
  let size = reservedBytes;
  for (const piece of pieces(options)) {
    yield undefined;
    for (const part of piece === undefined ? [] : fit(piece, encoding, limit() - reservedBytes)) {
      const added = pieceBytes(part, encoding, batch.at(-1)?.header);
      if (batch.length > 0 && size + added > limit()) {
        yield batch;
        batch = [];
        size = reservedBytes;
      }
      batch.push(part);
      size += added;
    }
  }
  if (batch.length > 0) yield batch;
}

function* pieces({
  groups,
  series,
  times,
  encoding,
  deltas,
}: BatchOptions): Generator<Piece | undefined, void> {
  for (const group of groups) {
    const { header } = group;
    const pointTimes = header.type === "gauge" ? { ...times, startTime: undefined } : times;
    let points: Array<Point> = [];
    for (const one of seriesOf(group, series)) {
      const point =
        header.temporality === "delta"
          ? deltas.convert(one, pointTimes, header.isExponential)
          : totalOf(one, pointTimes, header.isExponential);
      if (point === undefined) {
        yield undefined;
        continue;
      }
      points.push(point);
      if (points.length < pointsInPiece) continue;
      yield encode(header, points, encoding);
      points = [];
    }
    if (points.length > 0) yield encode(header, points, encoding);
  }
}

/** A series as a point; `undefined` where a histogram has lost its exponential buckets. */
const totalOf = (
  series: Series,
  times: Pick<Point, "startTime" | "time">,
  isExponential: boolean,
): Point | undefined => {
  if (!isExponential || series.type !== "histogram") {
    return { values: series, total: series, ...times };
  }
  const native = nativeOf(series);
  return native && { values: exponentialValues(series, native), total: series, ...times };
};

const encode = (header: MetricHeader, points: ReadonlyArray<Point>, encoding: Encoding): Piece => ({
  header,
  points,
  bytes: encoding.encodePoints(points),
});

const pieceBytes = (
  { header, bytes }: Piece,
  encoding: Encoding,
  previous: MetricHeader | undefined,
): number => bytes.length + 1 + (header === previous ? 0 : encoding.headerBytes(header));

/** The piece, in parts where it is too large; a single point is not split. */
const fit = (piece: Piece, encoding: Encoding, limit: number): ReadonlyArray<Piece> =>
  piece.points.length === 1 || pieceBytes(piece, encoding, undefined) <= limit
    ? [piece]
    : halvePiece(piece, encoding).flatMap((half) => fit(half, encoding, limit));

const halvePiece = ({ header, points }: Piece, encoding: Encoding): readonly [Piece, Piece] => {
  const middle = Math.ceil(points.length / 2);
  return [
    encode(header, points.slice(0, middle), encoding),
    encode(header, points.slice(middle), encoding),
  ];
};

/** Two requests of one that was too large for the receiver; `undefined` where it has one point. */
export const halve = (batch: Batch, encoding: Encoding): readonly [Batch, Batch] | undefined => {
  const [only, ...others] = batch;
  if (only === undefined) return undefined;
  if (others.length > 0) {
    const middle = Math.ceil(batch.length / 2);
    return [batch.slice(0, middle), batch.slice(middle)];
  }
  if (only.points.length < 2) return undefined;
  const [first, second] = halvePiece(only, encoding);
  return [[first], [second]];
};

export const pointsIn = (batch: Batch): number =>
  batch.reduce((sum, { points }) => sum + points.length, 0);
