import { Effect, MetricBoundaries, MetricKey, MetricLabel, MetricRegistry } from "effect";
import { Exposition } from "@executor/api";
import type { Rendering } from "@executor/api";
import { prometheusText } from "@executor/api/metrics-formats";
import type { ExpositionFormat } from "@executor/api/metrics-formats";
import { gzip } from "@executor/api/metrics-gzip";
import { RegistryReading } from "@executor/telemetry/reading";
import type { Subject, Workload } from "./subject.ts";

export interface ExecutorSubject extends Subject {
  readonly render: () => Promise<Rendering>;
  readonly renderAs: (format: ExpositionFormat) => Promise<Rendering>;
  readonly compress: (rendering: Rendering) => Promise<ReadonlyArray<Uint8Array>>;
  readonly snapshot: () => void;
}

/** Executor's exposition over a registry of Effect's own. */
export const makeExecutor = ({ size, labelsOf, bounds }: Workload): ExecutorSubject => {
  const registry = MetricRegistry.make();
  const boundaries = MetricBoundaries.fromIterable(bounds);
  const labels = (index: number) =>
    Object.entries(labelsOf(index)).map(([key, value]) => MetricLabel.make(key, value));
  const counters = Array.from({ length: size }, (_, index) =>
    registry.get(
      MetricKey.taggedWithLabels(
        MetricKey.counter("tool_calls", { description: "Calls.", incremental: true }),
        labels(index),
      ),
    ),
  );
  const histograms = Array.from({ length: size / 10 }, (_, index) =>
    registry.get(
      MetricKey.taggedWithLabels(
        MetricKey.histogram("tool_call_duration_seconds", boundaries, "Time of a call."),
        labels(index),
      ),
    ),
  );
  const exposition = new Exposition({
    reading: new RegistryReading({ registries: [registry] }),
  });
  const renderAs = (format: ExpositionFormat) => Effect.runPromise(exposition.render(format));
  return {
    add: (index, amount) => counters[index]?.update(amount),
    observe: (index, value) => histograms[index]?.update(value),
    render: () => renderAs(prometheusText),
    renderAs,
    compress: ({ blocks }) => Effect.runPromise(gzip(blocks)),
    snapshot: () => registry.snapshot(),
  };
};
