import { identity } from "./collect.ts";
import { equal } from "./merge.ts";
import type { HistogramPoint, MetricHeader, NumberPoint, Point } from "./model.ts";

/**
 * Turns cumulative points into what was added since the receiver last took them (OpenTelemetry's metrics data model,
 * "Sums: Cumulative to Delta Conversion"). It remembers a point only once {@link accept} says that the receiver has it, so a
 * failed export loses nothing and counts nothing twice.
 */
export class DeltaMemory {
  readonly #accepted = new Map<string, Point>();

  /** `undefined` where nothing was added. What is not delta by its header stays as it is. */
  convert(header: MetricHeader, point: Point): Point | undefined {
    if (header.temporality === "cumulative" || point.type === "summary") return point;
    const id = `${header.name}\u0000${header.type}\u0000${identity(point.attributes)}`;
    const before = this.#accepted.get(id);
    const total = { identity: id, point };
    if (point.type === "number") {
      return before?.type === "number" ? difference(point, before, total) : { ...point, total };
    }
    return before?.type === "histogram" && isContinuation(point, before)
      ? histogramDifference(point, before, total)
      : { ...point, range: undefined, total };
  }

  /** The receiver has taken these points. */
  accept(points: Iterable<Point>): void {
    for (const { total } of points) {
      if (total !== undefined) this.#accepted.set(total.identity, total.point);
    }
  }
}

type Total = NonNullable<Point["total"]>;

const difference = (
  point: NumberPoint,
  before: NumberPoint,
  total: Total,
): NumberPoint | undefined => {
  if (point.value === before.value) return undefined;
  const value =
    typeof point.value === "bigint" && typeof before.value === "bigint"
      ? point.value - before.value
      : Number(point.value) - Number(before.value);
  // A monotonic sum that went down has begun again.
  return value < 0 ? { ...point, total } : { ...point, value, startTime: before.time, total };
};

const isContinuation = (point: HistogramPoint, before: HistogramPoint): boolean =>
  equal(point.bounds, before.bounds) &&
  point.counts.every((count, index) => count >= (before.counts[index] ?? 0));

/** The least and the greatest observation of an interval are not known. */
const histogramDifference = (
  point: HistogramPoint,
  before: HistogramPoint,
  total: Total,
): HistogramPoint | undefined =>
  point.count === before.count && Object.is(point.sum, before.sum)
    ? undefined
    : {
        ...point,
        counts: point.counts.map((count, index) => count - (before.counts[index] ?? 0)),
        count: point.count - before.count,
        sum: point.sum - before.sum,
        range: undefined,
        startTime: before.time,
        total,
      };
