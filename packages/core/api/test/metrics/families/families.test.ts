import { describe, expect, it } from "@effect/vitest";
import { MetricBoundaries, MetricKey, MetricPair, MetricState, Option } from "effect";
import { toFamilies } from "../../../src/metrics/families/series-index.ts";
import { writePrometheus } from "../../../src/metrics/prometheus.ts";
import { makeRegistry } from "../registry.ts";
import type { TestRegistry } from "../registry.ts";

const bounds = MetricBoundaries.fromIterable([1, 2]);
const equalBounds = MetricBoundaries.fromIterable([1, 2]);
const otherBounds = MetricBoundaries.fromIterable([1, 5]);

const expose = (record: (registry: TestRegistry) => void) => {
  const registry = makeRegistry();
  record(registry);
  const { families, conflicts } = toFamilies(registry.snapshot());
  return { text: writePrometheus(families), conflicts: Object.fromEntries(conflicts) };
};

const lines = (...text: ReadonlyArray<string>): string => text.map((line) => `${line}\n`).join("");

describe("toFamilies", () => {
  it("merges names that become one, and adds counters with equal labels", () => {
    expect(
      expose((registry) => {
        registry.counter("jobs.done", [["a", "1"]], 1);
        registry.counter("jobs_done_total", [["a", "1"]], 2);
        registry.counter("jobs-done", [["a", "2"]], 4);
      }),
    ).toEqual({
      text: lines(
        "# TYPE jobs_done_total counter",
        'jobs_done_total{a="1"} 3',
        'jobs_done_total{a="2"} 4',
      ),
      conflicts: { duplicate: 1 },
    });
  });

  it("adds series whose tags differ in order only", () => {
    expect(
      expose((registry) => {
        registry.counter(
          "jobs",
          [
            ["a", "1"],
            ["b", "2"],
          ],
          1,
        );
        registry.counter(
          "jobs",
          [
            ["b", "2"],
            ["a", "1"],
          ],
          2,
        );
      }),
    ).toEqual({
      text: lines("# TYPE jobs_total counter", 'jobs_total{a="1",b="2"} 3'),
      conflicts: { duplicate: 1 },
    });
  });

  it("keeps the last of gauges with equal labels", () => {
    expect(
      expose((registry) => {
        registry.gauge("level.now", [], 1);
        registry.gauge("level_now", [], 2);
      }),
    ).toEqual({
      text: lines("# TYPE level_now gauge", "level_now 2"),
      conflicts: { duplicate: 1 },
    });
  });

  it("keeps the first type of a name and leaves the others out", () => {
    expect(
      expose((registry) => {
        registry.gauge("jobs", [], 1);
        registry.counter("jobs", [], 2);
        registry.histogram("jobs", [], bounds, [1]);
        registry.counter("jobs", [["a", "1"]], 2);
      }),
    ).toEqual({ text: lines("# TYPE jobs gauge", "jobs 1"), conflicts: { type: 3 } });
  });

  it("leaves out a metric whose sample names belong to another", () => {
    expect(
      expose((registry) => {
        registry.histogram("wait", [], bounds, []);
        registry.gauge("wait_count", [], 1);
        registry.counter("jobs", [], 1);
        registry.gauge("jobs_total", [], 2);
        registry.gauge("size_sum", [], 3);
        registry.summary("size", [], [], []);
      }),
    ).toEqual({
      text: lines(
        "# TYPE jobs_total counter",
        "jobs_total 1",
        "# TYPE size_sum gauge",
        "size_sum 3",
        "# TYPE wait histogram",
        'wait_bucket{le="1.0"} 0',
        'wait_bucket{le="2.0"} 0',
        'wait_bucket{le="+Inf"} 0',
        "wait_sum 0",
        "wait_count 0",
      ),
      conflicts: { sample_name: 3 },
    });
  });

  it("adds histograms with equal bounds, and keeps the first where bounds differ", () => {
    expect(
      expose((registry) => {
        registry.histogram("wait", [], bounds, [1, 3]);
        registry.histogram("wait", [], equalBounds, [2]);
        registry.histogram("wait", [], otherBounds, [4]);
        registry.histogram("wait", [["a", "1"]], otherBounds, [4]);
      }),
    ).toEqual({
      text: lines(
        "# TYPE wait histogram",
        'wait_bucket{le="1.0"} 1',
        'wait_bucket{le="2.0"} 2',
        'wait_bucket{le="+Inf"} 3',
        "wait_sum 6",
        "wait_count 3",
        'wait_bucket{a="1",le="1.0"} 0',
        'wait_bucket{a="1",le="5.0"} 1',
        'wait_bucket{a="1",le="+Inf"} 1',
        'wait_sum{a="1"} 4',
        'wait_count{a="1"} 1',
      ),
      conflicts: { duplicate: 1, bounds: 1 },
    });
  });

  it("keeps the first of summaries with equal labels", () => {
    expect(
      expose((registry) => {
        registry.summary("size", [], [1], [1], "Sizes.");
        registry.summary("size", [], [1], [2]);
      }),
    ).toEqual({
      text: lines(
        "# HELP size Sizes.",
        "# TYPE size summary",
        'size{quantile="1.0"} 1',
        "size_sum 1",
        "size_count 1",
      ),
      conflicts: { quantiles: 1 },
    });
  });

  it("keeps the first description, and takes a later one where the first has none", () => {
    expect(
      expose((registry) => {
        registry.gauge("level", [["a", "1"]], 1);
        registry.gauge("level", [["a", "2"]], 2, "Level.");
        registry.gauge("level", [["a", "3"]], 3, "Another.");
      }),
    ).toEqual({
      text: lines(
        "# HELP level Level.",
        "# TYPE level gauge",
        'level{a="1"} 1',
        'level{a="2"} 2',
        'level{a="3"} 3',
      ),
      conflicts: { description: 1 },
    });
  });

  it("counts a name that comes with two units", () => {
    expect(
      expose((registry) => {
        registry.gauge("wait.seconds", [["unit", "s"]], 1);
        registry.gauge("wait_seconds", [["a", "1"]], 2);
      }),
    ).toEqual({
      text: lines("# TYPE wait_seconds gauge", "wait_seconds 1", 'wait_seconds{a="1"} 2'),
      conflicts: { unit: 1 },
    });
  });

  it("joins the values of label keys that become one, in the order of the keys", () => {
    expect(
      expose((registry) => {
        registry.gauge(
          "level",
          [
            ["a_b", "second"],
            ["a.b", "first"],
            ["c", "x"],
            ["c", "y"],
          ],
          1,
        );
      }),
    ).toEqual({
      text: lines("# TYPE level gauge", 'level{a_b="first;second",c="x;y"} 1'),
      conflicts: { label_name: 1 },
    });
  });

  it("renames reserved label keys", () => {
    expect(
      expose((registry) => {
        registry.histogram("wait", [["le", "x"]], MetricBoundaries.fromIterable([]), [1]);
        registry.summary("size", [["quantile", "x"]], [], []);
        registry.gauge(
          "level",
          [
            ["__name__", "x"],
            ["le", "y"],
          ],
          1,
        );
        registry.frequency("words", [["key", "x"]], ["w"]);
      }),
    ).toEqual({
      text: lines(
        "# TYPE level gauge",
        'level{key_name_="x",le="y"} 1',
        "# TYPE size summary",
        'size_sum{exported_quantile="x"} 0',
        'size_count{exported_quantile="x"} 0',
        "# TYPE wait histogram",
        'wait_bucket{exported_le="x",le="+Inf"} 1',
        'wait_sum{exported_le="x"} 1',
        'wait_count{exported_le="x"} 1',
        "# TYPE words_total counter",
        'words_total{exported_key="x",key="w"} 1',
      ),
      conflicts: { reserved_label: 4 },
    });
  });

  it("takes labels that are equal once translated for one set, whatever their keys' order was", () => {
    expect(
      expose((registry) => {
        registry.counter(
          "jobs",
          [
            ["a.b", "1"],
            ["a_a", "2"],
          ],
          1,
        );
        registry.counter(
          "jobs",
          [
            ["a_b", "1"],
            ["a_a", "2"],
          ],
          2,
        );
      }),
    ).toEqual({
      text: lines("# TYPE jobs_total counter", 'jobs_total{a_a="2",a_b="1"} 3'),
      conflicts: { duplicate: 1 },
    });
  });

  it("names a unit only where the family's name ends in it", () => {
    const registry = makeRegistry();
    const units = new Map([
      ["io", "By/s"],
      ["calls", "{call}"],
      ["seconds.waited", "s"],
      ["wait", "ms"],
    ]);
    for (const name of units.keys()) registry.gauge(name, [], 1);
    const { families } = toFamilies(registry.snapshot(), {
      definition: (name) => ({ unit: units.get(name) ?? "", description: "" }),
    });
    expect(families.map(({ name, unit }) => [name, unit])).toEqual([
      ["calls", ""],
      ["io_bytes_per_second", "bytes_per_second"],
      ["seconds_waited", ""],
      ["wait_seconds", "seconds"],
    ]);
  });

  it("takes an empty label value for no label", () => {
    expect(
      expose((registry) => {
        registry.counter("jobs", [["a", ""]], 1);
        registry.counter("jobs", [], 2);
        registry.frequency("words", [], [""]);
      }),
    ).toEqual({
      text: lines(
        "# TYPE jobs_total counter",
        "jobs_total 3",
        "# TYPE words_total counter",
        "words_total 1",
      ),
      conflicts: { duplicate: 1 },
    });
  });

  it("merges values that would be equal on the wire: half a surrogate pair has no UTF-8", () => {
    expect(
      expose((registry) => {
        registry.counter("jobs", [["a", "\ud800"]], 1);
        registry.counter("jobs", [["a", "\udfff"]], 2);
      }),
    ).toEqual({
      text: lines("# TYPE jobs_total counter", 'jobs_total{a="\ufffd"} 3'),
      conflicts: { duplicate: 1 },
    });
  });

  it("keeps label sets apart whatever runes their values hold", () => {
    const { text, conflicts } = expose((registry) => {
      registry.counter("jobs", [["a", "1\u0000\u0000b\u00002"]], 1);
      registry.counter(
        "jobs",
        [
          ["a", "1"],
          ["b", "2"],
        ],
        2,
      );
    });
    expect(text.split("\n").filter((line) => line.startsWith("jobs_total{"))).toHaveLength(2);
    expect(conflicts).toEqual({});
  });

  it("leaves out bounds and quantiles that are no numbers", () => {
    const pairs = [
      MetricPair.unsafeMake(
        MetricKey.histogram("wait", bounds),
        MetricState.histogram({
          buckets: [
            [Number.NaN, 0],
            [1, 1],
            [1, 2],
          ],
          count: 3,
          min: 0,
          max: 9,
          sum: 9,
        }),
      ),
      MetricPair.unsafeMake(
        MetricKey.summary({
          name: "size",
          maxAge: "1 minute",
          maxSize: 1,
          error: 0,
          quantiles: [],
        }),
        MetricState.summary({
          error: 0,
          quantiles: [
            [0.5, Option.some(1)],
            [0.5, Option.some(2)],
            [1.5, Option.some(3)],
          ],
          count: 1,
          min: 0,
          max: 9,
          sum: 9,
        }),
      ),
    ];
    const { families, conflicts } = toFamilies(pairs);
    expect(writePrometheus(families)).toBe(
      lines(
        "# TYPE size summary",
        'size{quantile="0.5"} 2',
        "size_sum 9",
        "size_count 1",
        "# TYPE wait histogram",
        'wait_bucket{le="1.0"} 2',
        'wait_bucket{le="+Inf"} 3',
        "wait_sum 9",
        "wait_count 3",
      ),
    );
    expect(Object.fromEntries(conflicts)).toEqual({ invalid_bound: 2 });
  });

  it("counts histograms that observed NaN", () => {
    const { conflicts } = expose((registry) => {
      registry.histogram("wait", [], bounds, [Number.NaN]);
    });
    expect(conflicts).toEqual({ not_a_number: 1 });
  });
});
