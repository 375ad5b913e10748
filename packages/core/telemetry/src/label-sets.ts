import { Metric, MetricKey, MetricLabel } from "effect";
import type { MetricKeyType } from "effect";
import { register } from "./catalogue.ts";
import type { InstrumentDefinition, LabelValues } from "./definition.ts";
import { boundedLabelValue } from "./label-values.ts";

const defaultMaxLabelSets = 2_000;

/** OpenTelemetry's metrics SDK specification, "Overflow attribute". */
const overflowLabels = [MetricLabel.make("otel.metric.overflow", "true")];

/** One series: its identity in Effect's registry, and the metric that records to it. */
export interface Series<Type extends MetricKeyType.MetricKeyType.Untyped> {
  readonly key: MetricKey.MetricKey<Type>;
  readonly metric: Metric.Metric<
    Type,
    MetricKeyType.MetricKeyType.InType<Type>,
    MetricKeyType.MetricKeyType.OutType<Type>
  >;
}

export interface LabelSets<Type extends MetricKeyType.MetricKeyType.Untyped> {
  /** The series of these values; the overflow series once the budget is spent. */
  readonly resolve: (values: LabelValues<string>) => Series<Type>;
  /** The series of these values, where a measurement has made it. */
  readonly find: (values: LabelValues<string>) => Series<Type> | undefined;
}

/** What is known under the label values so far: one level for each label, the series at the last. */
class Level<Type extends MetricKeyType.MetricKeyType.Untyped> {
  readonly next = new Map<string, Level<Type>>();
  series: Series<Type> | undefined;
}

/**
 * The series of one instrument by label set. Each is built once, its labels sorted, because building a tagged metric
 * costs a hundred times as much as recording to it; finding it again makes no string and no object. Beyond the budget of
 * `definition` every further set shares one overflow series, and `onOverflow` hears of each measurement that went there.
 */
export const labelSets = <Type extends MetricKeyType.MetricKeyType.Untyped>(
  definition: InstrumentDefinition,
  base: MetricKey.MetricKey<Type>,
  onOverflow: (name: string) => void,
): LabelSets<Type> => {
  const labelKeys = definition.labels.toSorted();
  const root = new Level<Type>();
  const max = definition.maxLabelSets ?? defaultMaxLabelSets;
  const maxLabelSets = typeof max === "number" ? () => max : max;
  let known = 0;
  register({ definition, labelSets: () => known, maxLabelSets });

  const build = (labels: ReadonlyArray<MetricLabel.MetricLabel>): Series<Type> => {
    const key = MetricKey.taggedWithLabels(base, labels);
    return { key, metric: Metric.fromMetricKey(key) };
  };
  const find = (values: LabelValues<string>): Series<Type> | undefined => {
    let level: Level<Type> | undefined = root;
    for (const key of labelKeys) {
      level = level.next.get(boundedLabelValue(values[key]));
      if (level === undefined) return undefined;
    }
    return level.series;
  };
  const add = (values: LabelValues<string>): Series<Type> => {
    const labels: Array<MetricLabel.MetricLabel> = [];
    let level = root;
    for (const key of labelKeys) {
      const value = boundedLabelValue(values[key]);
      if (value !== "") labels.push(MetricLabel.make(key, value));
      let next = level.next.get(value);
      if (next === undefined) level.next.set(value, (next = new Level()));
      level = next;
    }
    known += 1;
    return (level.series = build(labels));
  };

  let overflow: Series<Type> | undefined;
  return {
    find,
    resolve: (values) => {
      const existing = find(values);
      if (existing !== undefined) return existing;
      if (known < maxLabelSets()) return add(values);
      onOverflow(definition.name);
      return (overflow ??= build(overflowLabels));
    },
  };
};
