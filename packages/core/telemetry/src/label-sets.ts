import { MetricKey, MetricLabel } from "effect";
import type { MetricKeyType } from "effect";
import { register } from "./catalogue.ts";
import type { InstrumentDefinition, LabelValues } from "./definition.ts";
import { boundedLabelValue } from "./label-values.ts";

const defaultMaxLabelSets = 2_000;

/** OpenTelemetry's metrics SDK specification, "Overflow attribute". */
const overflowLabels = [MetricLabel.make("otel.metric.overflow", "true")];

export interface LabelSets<Series> {
  /** The series of these values; the overflow series once the budget is spent. */
  readonly resolve: (values: LabelValues<string>) => Series;
  /** The series of these values, where a measurement has made it. */
  readonly find: (values: LabelValues<string>) => Series | undefined;
}

/**
 * What is known under the values of one label: more levels, or the series where that label is the last one. Most labels have
 * one value under those before them (a tool has one source), which is found without a map.
 */
class Level<Series> {
  #first: string | undefined;
  #firstLevel: Level<Series> | undefined;
  #firstSeries: Series | undefined;
  #levels: Map<string, Level<Series>> | undefined;
  #series: Map<string, Series> | undefined;

  findLevel(value: string): Level<Series> | undefined {
    return value === this.#first ? this.#firstLevel : this.#levels?.get(value);
  }

  findSeries(value: string): Series | undefined {
    return value === this.#first ? this.#firstSeries : this.#series?.get(value);
  }

  addLevel(value: string): Level<Series> {
    const level = new Level<Series>();
    if (this.#first === undefined) {
      this.#first = value;
      this.#firstLevel = level;
    } else {
      this.#levels ??= new Map();
      this.#levels.set(value, level);
    }
    return level;
  }

  addSeries(value: string, series: Series): Series {
    if (this.#first === undefined) {
      this.#first = value;
      this.#firstSeries = series;
    } else {
      this.#series ??= new Map();
      this.#series.set(value, series);
    }
    return series;
  }
}

/**
 * The series of one instrument by label set. Each is made once, its labels sorted, because making one costs a hundred times
 * as much as recording to it; finding it again makes no string and no object. Labels are looked for in the order they are
 * declared in: it is quickest with those first that tell most. Beyond the budget of `definition` every
 * further set shares one overflow series, and `onOverflow` hears of each measurement that went there.
 */
export const labelSets = <Type extends MetricKeyType.MetricKeyType.Untyped, Series>(
  definition: InstrumentDefinition,
  base: MetricKey.MetricKey<Type>,
  makeSeries: (key: MetricKey.MetricKey<Type>) => Series,
  onOverflow: (name: string) => void,
): LabelSets<Series> => {
  const labelKeys = definition.labels;
  const last = Math.max(labelKeys.length - 1, 0);
  /** A metric without labels has its one series where an absent label would be. */
  const lastKey = labelKeys[last] ?? "";
  const root = new Level<Series>();
  const max = definition.maxLabelSets ?? defaultMaxLabelSets;
  const maxLabelSets = typeof max === "number" ? () => max : max;
  let known = 0;
  register({ definition, labelSets: () => known, maxLabelSets });

  /** Values are looked for as they come, since most are short enough, and then as they would be kept. */
  const find = (values: LabelValues<string>): Series | undefined => {
    let level = root;
    for (let depth = 0; depth < last; depth += 1) {
      const value = values[labelKeys[depth] ?? ""] ?? "";
      const next = level.findLevel(value) ?? level.findLevel(boundedLabelValue(value));
      if (next === undefined) return undefined;
      level = next;
    }
    const value = values[lastKey] ?? "";
    return level.findSeries(value) ?? level.findSeries(boundedLabelValue(value));
  };
  const add = (values: LabelValues<string>): Series => {
    const bounded = labelKeys.map((key) => [key, boundedLabelValue(values[key])] as const);
    const labels = bounded
      .filter(([, value]) => value !== "")
      .toSorted(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, value]) => MetricLabel.make(key, value));
    let level = root;
    for (const [, value] of bounded.slice(0, last)) {
      level = level.findLevel(value) ?? level.addLevel(value);
    }
    known += 1;
    const series = makeSeries(MetricKey.taggedWithLabels(base, labels));
    return level.addSeries(bounded[last]?.[1] ?? "", series);
  };

  let overflow: Series | undefined;
  return {
    find,
    resolve: (values) => {
      const existing = find(values);
      if (existing !== undefined) return existing;
      if (known < maxLabelSets()) return add(values);
      onOverflow(definition.name);
      return (overflow ??= makeSeries(MetricKey.taggedWithLabels(base, overflowLabels)));
    },
  };
};
