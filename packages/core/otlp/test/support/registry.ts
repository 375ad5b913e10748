import { MetricBoundaries, MetricKey, MetricLabel, MetricRegistry } from "effect";

type Tags = Readonly<Record<string, string>> | ReadonlyArray<readonly [string, string]>;

const labelled = (tags: Tags) =>
  (Array.isArray(tags) ? tags : Object.entries(tags)).map(
    ([key, value]: readonly [string, string]) => MetricLabel.make(key, value),
  );

const bounds = MetricBoundaries.fromIterable([1, 5, 10]);

/** One of Effect's registries, separate from that of the process. */
export const makeRegistry = () => {
  const registry = MetricRegistry.make();
  return {
    registry,
    counter: (name: string, value: number, tags: Tags = {}) =>
      registry
        .get(
          MetricKey.taggedWithLabels(
            MetricKey.counter(name, { incremental: true }),
            labelled(tags),
          ),
        )
        .update(value),
    bigCounter: (name: string, value: bigint) =>
      registry.get(MetricKey.counter(name, { incremental: true, bigint: true })).update(value),
    upDown: (name: string, value: number, tags: Tags = {}) =>
      registry
        .get(MetricKey.taggedWithLabels(MetricKey.counter(name), labelled(tags)))
        .update(value),
    gauge: (name: string, value: number, tags: Tags = {}) =>
      registry.get(MetricKey.taggedWithLabels(MetricKey.gauge(name), labelled(tags))).update(value),
    histogram: (
      name: string,
      values: ReadonlyArray<number>,
      tags: Tags = {},
      boundaries: MetricBoundaries.MetricBoundaries = bounds,
    ) => {
      const hook = registry.get(
        MetricKey.taggedWithLabels(MetricKey.histogram(name, boundaries), labelled(tags)),
      );
      for (const value of values) hook.update(value);
    },
    frequency: (name: string, words: ReadonlyArray<string>, tags: Tags = {}) => {
      const hook = registry.get(
        MetricKey.taggedWithLabels(MetricKey.frequency(name), labelled(tags)),
      );
      for (const word of words) hook.update(word);
    },
    summary: (name: string, values: ReadonlyArray<number>) => {
      const hook = registry.get(
        MetricKey.summary({ name, maxAge: "1 hour", maxSize: 100, error: 0, quantiles: [0.5, 1] }),
      );
      for (const value of values) hook.update([value, Date.now()]);
    },
  };
};

export type Registry = ReturnType<typeof makeRegistry>;
