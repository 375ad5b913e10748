import { describe, expect, it } from "@effect/vitest";
import { counter, durationSeconds, gauge, histogram } from "@executor/telemetry";
import type { FindDefinition } from "@executor/telemetry/reading";
import { traced } from "@executor/telemetry/tracing";
import { recordingTracer } from "@executor/testing/tracer";
import { Effect, MetricBoundaries } from "effect";
import { openMetricsText, withCreated } from "../../../src/metrics/openmetrics/format.ts";
import { Renderer } from "../../../src/metrics/scrape/exposition.ts";
import { SeriesIndex, toFamilies } from "../../../src/metrics/families/series-index.ts";
import { makeRegistry } from "../registry.ts";
import type { TestRegistry } from "../registry.ts";
import { encode, recorded, writeAs } from "../rendering.ts";

const render = (
  record: (registry: TestRegistry) => void,
  definition: FindDefinition = () => undefined,
): string => {
  const registry = makeRegistry();
  record(registry);
  return writeAs(openMetricsText, registry.snapshot(), definition);
};

const lines = (...text: ReadonlyArray<string>): string => text.map((line) => `${line}\n`).join("");

const bounds = MetricBoundaries.fromIterable([0.5, 1e6]);

describe("openMetricsText", () => {
  it("ends an empty exposition too", () => {
    expect(render(() => undefined)).toBe("# EOF\n");
  });

  it("writes each kind of metric, a family's metadata in order and without _total", () => {
    expect(
      render(
        (registry) => {
          registry.counter("cpu.time", [["mode", "user"]], 2.5, "CPU time.");
          registry.gauge("level", [], -1, "Level.");
          registry.histogram("wait", [["kind", "a"]], bounds, [0.1, 7], "Waits.");
          registry.summary("size", [], [0.5], [1], "Sizes.");
        },
        (name) => (name === "cpu.time" ? { unit: "s", description: "" } : undefined),
      ),
    ).toBe(
      lines(
        "# TYPE cpu_time_seconds counter",
        "# UNIT cpu_time_seconds seconds",
        "# HELP cpu_time_seconds CPU time.",
        'cpu_time_seconds_total{mode="user"} 2.5',
        "# TYPE level gauge",
        "# HELP level Level.",
        "level -1",
        "# TYPE size summary",
        "# HELP size Sizes.",
        'size{quantile="0.5"} 1',
        "size_sum 1",
        "size_count 1",
        "# TYPE wait histogram",
        "# HELP wait Waits.",
        'wait_bucket{kind="a",le="0.5"} 1',
        'wait_bucket{kind="a",le="1e+06"} 2',
        'wait_bucket{kind="a",le="+Inf"} 2',
        'wait_sum{kind="a"} 7.1',
        'wait_count{kind="a"} 2',
        "# EOF",
      ),
    );
  });

  it("escapes quotes in help texts", () => {
    expect(render((registry) => registry.gauge("g", [], 1, 'a\\b\n"c"'))).toBe(
      lines("# TYPE g gauge", '# HELP g a\\\\b\\n\\"c\\"', "g 1", "# EOF"),
    );
  });

  it("leaves out the sum and the count of a histogram whose sum may fall", () => {
    expect(
      render((registry) => {
        registry.histogram("a", [], MetricBoundaries.fromIterable([-1]), [0]);
        registry.histogram("b", [["x", "negative"]], MetricBoundaries.fromIterable([1]), [-3]);
        registry.histogram("b", [["x", "nan"]], MetricBoundaries.fromIterable([1]), [Number.NaN]);
        registry.histogram("b", [["x", "ok"]], MetricBoundaries.fromIterable([1]), [0]);
      }),
    ).toBe(
      lines(
        "# TYPE a histogram",
        'a_bucket{le="-1.0"} 0',
        'a_bucket{le="+Inf"} 1',
        "# TYPE b histogram",
        'b_bucket{x="nan",le="1.0"} 0',
        'b_bucket{x="nan",le="+Inf"} 0',
        'b_bucket{x="negative",le="1.0"} 1',
        'b_bucket{x="negative",le="+Inf"} 1',
        'b_bucket{x="ok",le="1.0"} 1',
        'b_bucket{x="ok",le="+Inf"} 1',
        'b_sum{x="ok"} 0',
        'b_count{x="ok"} 1',
        "# EOF",
      ),
    );
  });

  it("leaves out a summary's negative quantiles and sum, and keeps those that observed nothing", () => {
    expect(
      render((registry) => {
        registry.summary("a", [], [0, 1], [-5, 3]);
        registry.summary("b", [], [0.5], []);
      }),
    ).toBe(
      lines(
        "# TYPE a summary",
        'a{quantile="1.0"} 3',
        "a_count 2",
        "# TYPE b summary",
        'b{quantile="0.5"} NaN',
        "b_sum 0",
        "b_count 0",
        "# EOF",
      ),
    );
  });

  it("has no family whose name is another's sample name", () => {
    const registry = makeRegistry();
    registry.counter("jobs", [], 1);
    registry.gauge("jobs_created", [], 1);
    registry.summary("size", [], [], []);
    registry.counter("size_sum", [], 1);
    const { families, conflicts } = toFamilies(registry.snapshot());
    expect(families.map(({ name }) => name)).toEqual(["jobs", "size"]);
    expect(Object.fromEntries(conflicts)).toEqual({ sample_name: 2 });
  });

  it.effect("writes exemplars as they come, into the lines it has", () =>
    Effect.gen(function* () {
      const index = new SeriesIndex();
      const renderer = new Renderer();
      const write = (): string => {
        const readings = recorded("test.exemplars.");
        index.update(readings);
        const fresh = new SeriesIndex();
        fresh.update(readings);
        const text = encode(index, openMetricsText, renderer).toString("utf8");
        expect(text).toBe(encode(fresh, openMetricsText).toString("utf8"));
        return text;
      };
      const record = (value: number) =>
        Effect.sync(() => {
          calls.add(1, {});
          waits.record(value, {});
        });
      const exemplar = / # \{trace_id="[0-9a-f]{32}",span_id="[0-9a-f]{16}"\} [0-9.]+ [0-9.]+$/;
      const marked = (): ReadonlyArray<string> =>
        write()
          .split("\n")
          .filter((line) => exemplar.test(line))
          .map((line) => line.slice(0, line.indexOf(" #")));

      yield* record(0.1);
      expect(marked()).toEqual([]);
      const inTrace = (value: number) =>
        record(value).pipe(
          traced(() => ({ name: "work" })),
          Effect.withTracer(tracer),
        );
      yield* inTrace(7);
      expect(marked()).toEqual([
        "test_exemplars_calls_total 2",
        'test_exemplars_wait_seconds_bucket{le="30.0"} 2',
      ]);
      yield* inTrace(0.1);
      expect(marked()).toEqual([
        "test_exemplars_calls_total 3",
        'test_exemplars_wait_seconds_bucket{le="0.1"} 2',
        'test_exemplars_wait_seconds_bucket{le="30.0"} 3',
      ]);
      yield* record(8);
      expect(marked()).toContain('test_exemplars_wait_seconds_bucket{le="30.0"} 4');
    }),
  );
});

const { tracer } = recordingTracer();
describe("withCreated", () => {
  it("writes when counters and histograms began to count, after their other samples, and keeps it", () => {
    const format = withCreated(openMetricsText);
    const index = new SeriesIndex();
    const renderer = new Renderer();
    const write = (): string => {
      index.update(recorded("test.created."));
      return encode(index, format, renderer).toString("utf8");
    };
    begun.add(1, { a: "x" });
    level.set(2, {});
    took.record(0.02, {});
    const created = Object.fromEntries(
      recorded("test.created.").map(({ metric, createdAt }) => [
        metric.name,
        createdAt?.toFixed(3) ?? "",
      ]),
    );
    const text = (calls: number, seconds: number, above: number) =>
      lines(
        "# TYPE test_created_begun counter",
        "# HELP test_created_begun Begun.",
        `test_created_begun_total{a="x"} ${calls}`,
        `test_created_begun_created{a="x"} ${created["test.created.begun"]}`,
        "# TYPE test_created_level gauge",
        "# HELP test_created_level Level.",
        "test_created_level 2",
        "# TYPE test_created_took_seconds histogram",
        "# UNIT test_created_took_seconds seconds",
        "# HELP test_created_took_seconds Took.",
        'test_created_took_seconds_bucket{le="0.5"} 1',
        `test_created_took_seconds_bucket{le="+Inf"} ${1 + above}`,
        `test_created_took_seconds_sum ${seconds}`,
        `test_created_took_seconds_count ${1 + above}`,
        `test_created_took_seconds_created ${created["test.created.took"]}`,
        "# EOF",
      );
    expect(created["test.created.begun"]).toMatch(/^\d+\.\d{3}$/);
    expect(write()).toBe(text(1, 0.02, 0));
    begun.add(1_000, { a: "x" });
    took.record(0.98, {});
    expect(write()).toBe(text(1_001, 1, 1));
  });
});

const begun = counter({
  name: "test.created.begun",
  description: "Begun.",
  unit: "{thing}",
  labels: ["a"],
});
const level = gauge({ name: "test.created.level", description: "Level.", unit: "", labels: [] });
const took = histogram({
  name: "test.created.took",
  description: "Took.",
  unit: "s",
  labels: [],
  boundaries: MetricBoundaries.fromIterable([0.5]),
});

const calls = counter({
  name: "test.exemplars.calls",
  description: "Calls.",
  unit: "{call}",
  labels: [],
});

const waits = histogram({
  name: "test.exemplars.wait",
  description: "Waits.",
  unit: "s",
  labels: [],
  boundaries: durationSeconds,
});
