import { MetricBoundaries } from "effect";
import { makeRegistry } from "./registry.ts";

/** A registry with everything in it that cannot be written as it is, beside ordinary metrics of every kind. */
export const nastyRegistry = () => {
  const registry = makeRegistry();
  const bounds = MetricBoundaries.fromIterable([0.5, 1, 1e6]);
  registry.counter(
    "jobs.done",
    [
      ["a.b", "1"],
      ["a_b", "2"],
    ],
    1,
    "Jobs.",
  );
  registry.counter("jobs_done", [["a_b", "1;2"]], 2, "Other help.");
  registry.gauge("jobs_done", [], 1);
  registry.gauge("jobs_done_total", [], 1);
  registry.upDownCounter(
    "open",
    [
      ["x", "1"],
      ["y", "2"],
    ],
    3,
  );
  registry.upDownCounter(
    "open",
    [
      ["y", "2"],
      ["x", "1"],
    ],
    4,
  );
  registry.histogram("wait", [["le", "0.5"]], bounds, [0.1, 2, Number.NaN, 1e9]);
  registry.histogram("wait", [], bounds, [-5, 0.75]);
  registry.histogram("wait", [], MetricBoundaries.fromIterable([0.5, 1, 1e6]), [3]);
  registry.histogram("wait", [], MetricBoundaries.fromIterable([7]), [3]);
  registry.gauge("wait_bucket", [["le", "0.5"]], 1);
  registry.gauge("wait_count", [], 1);
  registry.summary("size", [["quantile", "x"]], [0, 0.5, 0.99, 1], [1, 2, 3]);
  registry.summary("empty", [], [0.5], []);
  registry.frequency(
    "words",
    [["key", "own"]],
    ["a", "", "a", '"quoted"', "new\nline", "back\\slash"],
  );
  registry.gauge("values", [["v", "nan"]], Number.NaN);
  registry.gauge("values", [["v", "inf"]], Number.POSITIVE_INFINITY);
  registry.gauge("values", [["v", "tiny"]], 5e-324);
  registry.gauge("values", [["v", "huge"]], 1.7976931348623157e308);
  registry.bigintCounter("big", [], 2n ** 1100n);
  registry.gauge(
    "labels",
    [
      ["__name__", "x"],
      ["job", "mine"],
      ["instance", "mine"],
      ["1", "2"],
    ],
    1,
  );
  registry.gauge("labels", [["v", "\ud800"]], 1);
  registry.gauge("labels", [["v", "\udc00"]], 1);
  registry.gauge("labels", [["v", "nul \u0000 return \r tab \t next \u0085 line \u2028"]], 1);
  registry.gauge("labels", [["v", "日本 🦜"]], 1, "Help with \r, \u0000, a\nnew line and 🦜.");
  registry.gauge("日本", [], 1);
  registry.gauge("1st", [], 1);
  registry.gauge("level:job:rate", [], 1);
  return registry;
};
