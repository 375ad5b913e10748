import { Metric, MetricKey, MetricLabel } from "effect";
import type { MetricKeyType } from "effect";
import { register } from "./catalogue.ts";
import type { InstrumentDefinition, LabelValues } from "./definition.ts";
import { boundedLabelValue } from "./label-values.ts";

const defaultMaxLabelSets = 2_000;

/** OpenTelemetry's metrics SDK specification, "Overflow attribute". */
const overflowLabels = [MetricLabel.make("otel.metric.overflow", "true")];

/** One series: its identity in Effect's registry, and the metric that records to it. */
export interface Series<Type extends MetricKeyType.MetricKeyType<any, any>> {
  readonly key: MetricKey.MetricKey<Type>;
  readonly metric: Metric.Metric<
    Type,
    MetricKeyType.MetricKeyType.InType<Type>,
    MetricKeyType.MetricKeyType.OutType<Type>
  >;
}

export interface LabelSets<Type extends MetricKeyType.MetricKeyType<any, any>> {
  /** The series of these values; the overflow series once the budget is spent. */
  readonly resolve: (values: LabelValues<string>) => Series<Type>;
  /** The series of these values, where a measurement has made it. */
  readonly find: (values: LabelValues<string>) => Series<Type> | undefined;
}

/**
 * The series of one instrument by label set. Each is built once, its labels sorted, because building a tagged metric
 * costs a hundred times as much as recording to it. Beyond the budget of `definition` every further set shares one overflow
 * series, and `onOverflow` hears of each measurement that went there.
 */
export const labelSets = <Type extends MetricKeyType.MetricKeyType<any, any>>(
  definition: InstrumentDefinition,
  base: MetricKey.MetricKey<Type>,
  onOverflow: (name: string) => void,
): LabelSets<Type> => {
  const labelKeys = definition.labels.toSorted();
  const known = new Map<string, Series<Type>>();
  const max = definition.maxLabelSets ?? defaultMaxLabelSets;
  const maxLabelSets = typeof max === "number" ? () => max : max;
  register({ definition, labelSets: () => known.size, maxLabelSets });

  const build = (labels: ReadonlyArray<MetricLabel.MetricLabel>): Series<Type> => {
    const key = MetricKey.taggedWithLabels(base, labels);
    return { key, metric: Metric.fromMetricKey(key) };
  };
  const identify = (values: LabelValues<string>): string => {
    let id = "";
    for (const key of labelKeys) id += boundedLabelValue(values[key]) + "\u0000";
    return id;
  };

  let overflow: Series<Type> | undefined;
  return {
    find: (values) => known.get(identify(values)),
    resolve: (values) => {
      const id = identify(values);
      const existing = known.get(id);
      if (existing !== undefined) return existing;
      if (known.size >= maxLabelSets()) {
        onOverflow(definition.name);
        return (overflow ??= build(overflowLabels));
      }
      const labels = labelKeys.flatMap((key) => {
        const value = boundedLabelValue(values[key]);
        return value === "" ? [] : [MetricLabel.make(key, value)];
      });
      const series = build(labels);
      known.set(id, series);
      return series;
    },
  };
};
