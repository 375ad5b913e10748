import type { FindDefinition } from "@executor/telemetry/reading";
import { descriptionOf, kindOf, readFrequency, unitOfTags } from "@executor/api/metric-point";
import type { Kind, Pair } from "@executor/api/metric-point";
import { mergeReadings } from "./merge.ts";
import type { Attributes, MetricHeader, Point, Reading, Temporality } from "./model.ts";
import { isCanonical, read, toAttributes, withWord } from "./series.ts";
import { toUnit } from "./units.ts";

export interface GroupOptions {
  /** What a metric of a name declares. */
  readonly definition: FindDefinition;
  readonly temporality: Temporality;
}

/** Of all points of an export, in Unix nanoseconds. */
export interface ExportTimes {
  readonly startTime: bigint;
  readonly time: bigint;
}

/** The series of one metric, not read yet. */
export interface MetricSeries {
  readonly header: MetricHeader;
  readonly kind: Kind;
  readonly divisor: number;
  readonly declared: boolean;
  readonly pairs: Array<Pair>;
  /** Whether two of the pairs may have one identity. */
  mayCollide: boolean;
}

/** After how many series the event loop may go on. */
const step = 64;

/** Sorts a snapshot by metric. In the generators here and in what takes from them, `undefined` is a pause. */
export function* groupByMetric(
  pairs: ReadonlyArray<Pair>,
  { definition, temporality }: GroupOptions,
): Generator<ReadonlyArray<MetricSeries> | undefined, void> {
  const groups = new Map<string, MetricSeries>();
  for (const [index, pair] of pairs.entries()) {
    if (index % step === step - 1) yield undefined;
    const kind = kindOf(pair);
    if (kind === undefined) continue;
    const key = pair.metricKey;
    const { name, tags } = key;
    const declared = definition(name);
    const { unit, divisor } = toUnit(declared === undefined ? unitOfTags(key) : declared.unit);
    const id = `${kind}\u0000${name}\u0000${unit}\u0000${divisor}`;
    let group = groups.get(id);
    if (group === undefined) {
      group = {
        header: {
          name,
          description: declared?.description ?? descriptionOf(key),
          unit,
          type: kind === "frequency" ? "counter" : kind,
          temporality: canBeDelta(kind) ? temporality : "cumulative",
        },
        kind,
        divisor,
        declared: declared !== undefined,
        pairs: [],
        mayCollide: declared === undefined,
      };
      groups.set(id, group);
    }
    group.pairs.push(pair);
    if (!group.mayCollide && !isCanonical(tags, kind)) group.mayCollide = true;
  }
  yield [...groups.values()];
}

const canBeDelta = (kind: Kind): boolean =>
  kind === "counter" || kind === "frequency" || kind === "histogram";

/** The points of one metric; those of one identity are merged. */
export function* readPoints(
  group: MetricSeries,
  exportTimes: ExportTimes,
): Generator<Point | undefined, void> {
  const times =
    group.header.type === "gauge" ? { ...exportTimes, startTime: undefined } : exportTimes;
  if (!group.mayCollide && group.kind !== "frequency") {
    for (const pair of group.pairs) {
      const reading = read(pair, group.divisor);
      if (reading !== undefined) {
        yield { ...reading, attributes: pair.metricKey.tags, ...times };
      }
    }
    return;
  }
  const merged = new Map<string, { readonly attributes: Attributes; reading: Reading }>();
  let count = 0;
  for (const pair of group.pairs) {
    for (const { attributes, reading } of readAny(pair, group)) {
      count += 1;
      if (count % step === 0) yield undefined;
      const id = identity(attributes);
      const existing = merged.get(id);
      if (existing === undefined) merged.set(id, { attributes, reading });
      else existing.reading = mergeReadings(group.header.type, existing.reading, reading);
    }
  }
  for (const { attributes, reading } of merged.values()) {
    yield { ...reading, attributes, ...times };
  }
}

function* readAny(
  pair: Pair,
  { kind, declared, divisor }: MetricSeries,
): Generator<{ readonly attributes: Attributes; readonly reading: Reading }> {
  const attributes = toAttributes(pair.metricKey.tags, kind, !declared);
  const words = readFrequency(pair.metricState);
  if (words !== undefined) {
    for (const [word, count] of words) {
      const reading = { type: "number", value: BigInt(count) } as const;
      yield { attributes: withWord(attributes, word), reading };
    }
    return;
  }
  const reading = read(pair, divisor);
  if (reading !== undefined) yield { attributes, reading };
}

/** A text that is the same for equal attributes only. */
export const identity = (attributes: Attributes): string => {
  let text = "";
  for (const { key, value } of attributes) text += `${key.length}:${key}${value.length}:${value}`;
  return text;
};
