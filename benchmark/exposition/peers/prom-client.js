/* oxlint-disable -- written without types, since a peer is not installed where the workspace is checked */
import { Counter, Histogram, Registry } from "prom-client";

/** prom-client, its metrics made and recorded as its README does. */
export const make = ({ size, labelNames, labelsOf, bounds }) => {
  const registry = new Registry();
  const registers = [registry];
  const counter = new Counter({ name: "tool_calls_total", help: "Calls.", labelNames, registers });
  const histogram = new Histogram({
    name: "tool_call_duration_seconds",
    help: "Time of a call.",
    labelNames,
    buckets: bounds,
    registers,
  });
  const sets = Array.from({ length: size }, (_, index) => labelsOf(index));
  return {
    add: (index, amount) => counter.inc(sets[index], amount),
    observe: (index, value) => histogram.observe(sets[index], value),
    render: () => registry.metrics(),
  };
};
