import { describe, expect, it } from "@effect/vitest";
import { MetricBoundaries } from "effect";
import { renderPrometheus } from "../../src/metrics/prometheus.ts";
import type { FamiliesOptions } from "../../src/metrics/families/series-index.ts";
import { makeRegistry } from "./registry.ts";
import type { TestRegistry } from "./registry.ts";

const seconds = MetricBoundaries.fromIterable([0.5, 1, 5]);

const render = (record: (registry: TestRegistry) => void, options?: FamiliesOptions): string => {
  const registry = makeRegistry();
  record(registry);
  return renderPrometheus(registry.snapshot(), options);
};

const lines = (...text: ReadonlyArray<string>): string => text.map((line) => `${line}\n`).join("");

describe("renderPrometheus", () => {
  it("renders an empty registry as an empty body", () => {
    expect(render(() => undefined)).toBe("");
  });

  it("writes each kind of metric, families and series sorted, each family in one group", () => {
    const text = render((registry) => {
      registry.gauge("memory", [], 12.5, "Memory.");
      registry.counter("calls", [["outcome", "ok"]], 2, "Calls.");
      registry.histogram("wait", [["kind", "a"]], seconds, [0.5, 0.6, 7], "Waits.");
      registry.summary("size", [], [0.5, 0.9, 1], [1, 2, 3, 4], "Sizes.");
      registry.frequency("words", [["book", "x"]], ["b", "a", "b"], "Words.");
      registry.upDownCounter("open", [], -3, "Open.");
      registry.counter("calls", [["outcome", "failed"]], 1, "Calls.");
    });
    expect(text).toBe(
      lines(
        "# HELP calls_total Calls.",
        "# TYPE calls_total counter",
        'calls_total{outcome="failed"} 1',
        'calls_total{outcome="ok"} 2',
        "# HELP memory Memory.",
        "# TYPE memory gauge",
        "memory 12.5",
        "# HELP open Open.",
        "# TYPE open gauge",
        "open -3",
        "# HELP size Sizes.",
        "# TYPE size summary",
        'size{quantile="0.5"} 2',
        'size{quantile="0.9"} 3',
        'size{quantile="1.0"} 4',
        "size_sum 10",
        "size_count 4",
        "# HELP wait Waits.",
        "# TYPE wait histogram",
        'wait_bucket{kind="a",le="0.5"} 1',
        'wait_bucket{kind="a",le="1.0"} 2',
        'wait_bucket{kind="a",le="5.0"} 2',
        'wait_bucket{kind="a",le="+Inf"} 3',
        'wait_sum{kind="a"} 8.1',
        'wait_count{kind="a"} 3',
        "# HELP words_total Words.",
        "# TYPE words_total counter",
        'words_total{book="x",key="a"} 1',
        'words_total{book="x",key="b"} 2',
      ),
    );
  });

  it("writes a summary that has observed nothing as NaN", () => {
    expect(render((registry) => registry.summary("size", [], [0.5], []))).toBe(
      lines("# TYPE size summary", 'size{quantile="0.5"} NaN', "size_sum 0", "size_count 0"),
    );
  });

  it("escapes help and label values, a quote in label values only", () => {
    expect(
      render((registry) => registry.gauge("g", [["l", 'a\\b\n"c"\r']], 1, 'back\\slash\n"quoted"')),
    ).toBe(
      lines('# HELP g back\\\\slash\\n"quoted"', "# TYPE g gauge", 'g{l="a\\\\b\\n\\"c\\"\r"} 1'),
    );
  });

  it("writes values that are not finite, and bigints whole", () => {
    expect(
      render((registry) => {
        registry.gauge("a", [], Number.NaN);
        registry.gauge("b", [], Number.POSITIVE_INFINITY);
        registry.gauge("c", [], Number.NEGATIVE_INFINITY);
        registry.bigintCounter("d", [], 9_007_199_254_740_993n);
      }),
    ).toBe(
      lines(
        "# TYPE a gauge",
        "a NaN",
        "# TYPE b gauge",
        "b +Inf",
        "# TYPE c gauge",
        "c -Inf",
        "# TYPE d_total counter",
        "d_total 9007199254740993",
      ),
    );
  });

  it("adds merged counters exactly where both are bigints, and as numbers where they mix", () => {
    expect(
      render((registry) => {
        registry.bigintCounter("a.b", [], 9_007_199_254_740_993n);
        registry.bigintCounter("a_b", [], 1n);
        registry.bigintCounter("c.d", [], 1n);
        registry.counter("c_d", [], 0.5);
        registry.counter("e.f", [], 1);
        registry.counter("e_f", [], 2);
      }),
    ).toBe(
      lines(
        "# TYPE a_b_total counter",
        "a_b_total 9007199254740994",
        "# TYPE c_d_total counter",
        "c_d_total 1.5",
        "# TYPE e_f_total counter",
        "e_f_total 3",
      ),
    );
  });

  it("takes the count of a histogram that observed NaN from its last bucket", () => {
    expect(
      render((registry) => registry.histogram("wait", [], seconds, [0.1, Number.NaN, 9])),
    ).toBe(
      lines(
        "# TYPE wait histogram",
        'wait_bucket{le="0.5"} 1',
        'wait_bucket{le="1.0"} 1',
        'wait_bucket{le="5.0"} 1',
        'wait_bucket{le="+Inf"} 2',
        "wait_sum NaN",
        "wait_count 2",
      ),
    );
  });

  it("scales timers in milliseconds to seconds and drops the unit's tag", () => {
    const milliseconds = MetricBoundaries.fromIterable([0.5, 500]);
    expect(
      render((registry) => {
        const tags = [["time_unit", "milliseconds"]] as const;
        registry.histogram("effect_fiber_lifetimes", tags, milliseconds, [0.25, 1250]);
        registry.summary("pause", [["unit", "ms"]], [1], [250]);
      }),
    ).toBe(
      lines(
        "# HELP effect_fiber_lifetimes_seconds Time from the start of a fiber to its end.",
        "# TYPE effect_fiber_lifetimes_seconds histogram",
        'effect_fiber_lifetimes_seconds_bucket{le="0.0005"} 1',
        'effect_fiber_lifetimes_seconds_bucket{le="0.5"} 1',
        'effect_fiber_lifetimes_seconds_bucket{le="+Inf"} 2',
        "effect_fiber_lifetimes_seconds_sum 1.25025",
        "effect_fiber_lifetimes_seconds_count 2",
        "# TYPE pause_seconds summary",
        'pause_seconds{quantile="1.0"} 0.25',
        "pause_seconds_sum 0.25",
        "pause_seconds_count 1",
      ),
    );
  });

  it("takes unit and help from the definition of the metric", () => {
    const definition = (name: string) =>
      name === "cache.hits" ? { unit: "1", description: "Hits." } : undefined;
    expect(
      render(
        (registry) => {
          registry.gauge("cache.hits", [["unit", "s"]], 0.5);
          registry.gauge("cache.misses", [["unit", "rack-7"]], 0.5);
        },
        { definition },
      ),
    ).toBe(
      lines(
        "# HELP cache_hits_ratio Hits.",
        "# TYPE cache_hits_ratio gauge",
        'cache_hits_ratio{unit="s"} 0.5',
        "# TYPE cache_misses gauge",
        'cache_misses{unit="rack-7"} 0.5',
      ),
    );
  });
});
