/* oxlint-disable -- written without types, since a peer is not installed where the workspace is checked */
import * as Context from "effect4/Context";
import * as Metric from "effect4/Metric";
import * as PrometheusMetrics from "effect4/observability/PrometheusMetrics";

/** Effect 4's own exporter, over a registry of its own; each label set's metric is made once. */
export const make = ({ size, labelsOf, bounds }) => {
  const context = Context.make(Metric.MetricRegistry, new Map());
  const counters = Array.from({ length: size }, (_, index) =>
    Metric.counter("tool_calls", {
      description: "Calls.",
      incremental: true,
      attributes: labelsOf(index),
    }),
  );
  const histograms = Array.from({ length: size / 10 }, (_, index) =>
    Metric.histogram("tool_call_duration_seconds", {
      description: "Time of a call.",
      boundaries: bounds,
      attributes: labelsOf(index),
    }),
  );
  return {
    add: (index, amount) => counters[index].updateUnsafe(amount, context),
    observe: (index, value) => histograms[index].updateUnsafe(value, context),
    render: () => PrometheusMetrics.formatUnsafe(context),
  };
};
