import { RegistryReading } from "@executor/telemetry/reading";
import { MetricKey, MetricLabel, MetricRegistry } from "effect";
import type { MetricBoundaries } from "effect";

type Tags = ReadonlyArray<readonly [key: string, value: string]>;

const labelled = (tags: Tags) => tags.map(([key, value]) => MetricLabel.make(key, value));

/** A registry of Effect's own, apart from the process-wide one, with one method for each kind of metric it knows. */
export const makeRegistry = () => {
  const registry = MetricRegistry.make();
  return {
    snapshot: () => registry.snapshot(),
    registry,
    /** A reading of it, whatever instruments declare. */
    reading: () => new RegistryReading({ registries: [registry], definition: () => undefined }),
    counter: (name: string, tags: Tags, value: number, description?: string) =>
      registry
        .get(
          MetricKey.taggedWithLabels(
            MetricKey.counter(name, { incremental: true, description }),
            labelled(tags),
          ),
        )
        .update(value),
    upDownCounter: (name: string, tags: Tags, value: number, description?: string) =>
      registry
        .get(MetricKey.taggedWithLabels(MetricKey.counter(name, { description }), labelled(tags)))
        .update(value),
    bigintCounter: (name: string, tags: Tags, value: bigint) =>
      registry
        .get(
          MetricKey.taggedWithLabels(
            MetricKey.counter(name, { incremental: true, bigint: true }),
            labelled(tags),
          ),
        )
        .update(value),
    gauge: (name: string, tags: Tags, value: number, description?: string) =>
      registry
        .get(MetricKey.taggedWithLabels(MetricKey.gauge(name, { description }), labelled(tags)))
        .update(value),
    histogram: (
      name: string,
      tags: Tags,
      boundaries: MetricBoundaries.MetricBoundaries,
      values: ReadonlyArray<number>,
      description?: string,
    ) => {
      const hook = registry.get(
        MetricKey.taggedWithLabels(
          MetricKey.histogram(name, boundaries, description),
          labelled(tags),
        ),
      );
      for (const value of values) hook.update(value);
    },
    summary: (
      name: string,
      tags: Tags,
      quantiles: ReadonlyArray<number>,
      values: ReadonlyArray<number>,
      description?: string,
    ) => {
      const hook = registry.get(
        MetricKey.taggedWithLabels(
          MetricKey.summary({
            name,
            maxAge: "1 hour",
            maxSize: 100,
            error: 0,
            quantiles,
            description,
          }),
          labelled(tags),
        ),
      );
      for (const value of values) hook.update([value, Date.now()]);
    },
    frequency: (name: string, tags: Tags, words: ReadonlyArray<string>, description?: string) => {
      const hook = registry.get(
        MetricKey.taggedWithLabels(MetricKey.frequency(name, { description }), labelled(tags)),
      );
      for (const word of words) hook.update(word);
    },
  };
};

export type TestRegistry = ReturnType<typeof makeRegistry>;
