import { readPoints } from "./collect.ts";
import type { ExportTimes, MetricSeries } from "./collect.ts";
import type { DeltaMemory } from "./delta.ts";
import type { Encoding, Piece } from "./encoding.ts";
import type { MetricHeader, Point } from "./model.ts";

/** The pieces of one request. */
export type Batch = ReadonlyArray<Piece>;

/** Few enough that encoding them takes no longer than a millisecond. */
const pointsInPiece = 256;

/** What a request has beside its metrics is small, and not counted apart. */
const reservedBytes = 16 * 1024;

/** Reads and encodes all metrics, as requests of at most `limit()` bytes each; `undefined` is a pause. */
export function* batches(
  groups: ReadonlyArray<MetricSeries>,
  times: ExportTimes,
  encoding: Encoding,
  deltas: DeltaMemory,
  limit: () => number,
): Generator<Batch | undefined, void> {
  let batch: Array<Piece> = [];
  let size = reservedBytes;
  for (const piece of pieces(groups, times, encoding, deltas)) {
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

function* pieces(
  groups: ReadonlyArray<MetricSeries>,
  times: ExportTimes,
  encoding: Encoding,
  deltas: DeltaMemory,
): Generator<Piece | undefined, void> {
  for (const group of groups) {
    const { header } = group;
    let points: Array<Point> = [];
    for (const point of readPoints(group, times)) {
      const converted = point && deltas.convert(header, point);
      if (converted === undefined) {
        yield undefined;
        continue;
      }
      points.push(converted);
      if (points.length < pointsInPiece) continue;
      yield encode(header, points, encoding);
      points = [];
    }
    if (points.length > 0) yield encode(header, points, encoding);
  }
}

const encode = (header: MetricHeader, points: ReadonlyArray<Point>, encoding: Encoding): Piece => ({
  header,
  points,
  bytes: encoding.encodePoints(header, points),
});

const pieceBytes = (
  { header, bytes }: Piece,
  encoding: Encoding,
  previous: MetricHeader | undefined,
): number => bytes.length + 1 + (header === previous ? 0 : encoding.headerBytes(header));

/** The piece, in parts where it is too large; a single point is left as it is. */
const fit = (piece: Piece, encoding: Encoding, limit: number): ReadonlyArray<Piece> =>
  piece.points.length === 1 || pieceBytes(piece, encoding, undefined) <= limit
    ? [piece]
    : halvePiece(piece, encoding).flatMap((half) => fit(half, encoding, limit));

const halvePiece = ({ header, points }: Piece, encoding: Encoding): ReadonlyArray<Piece> => {
  const middle = Math.ceil(points.length / 2);
  return [
    encode(header, points.slice(0, middle), encoding),
    encode(header, points.slice(middle), encoding),
  ];
};

/** Two requests of one that was too large for the receiver; `undefined` where there is one point in it. */
export const halve = (batch: Batch, encoding: Encoding): readonly [Batch, Batch] | undefined => {
  const [only, ...others] = batch;
  if (only === undefined) return undefined;
  if (others.length > 0) {
    const middle = Math.ceil(batch.length / 2);
    return [batch.slice(0, middle), batch.slice(middle)];
  }
  if (only.points.length < 2) return undefined;
  const [first, second] = halvePiece(only, encoding);
  return first === undefined || second === undefined ? undefined : [[first], [second]];
};

export const pointsIn = (batch: Batch): number =>
  batch.reduce((sum, { points }) => sum + points.length, 0);
