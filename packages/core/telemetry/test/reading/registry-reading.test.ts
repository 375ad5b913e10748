import { describe, expect, it } from "@effect/vitest";
import { Metric, MetricBoundaries, MetricKey, MetricLabel, MetricRegistry } from "effect";
import * as fc from "fast-check";
import { counter, gauge, snapshot } from "../../src/index.ts";
import { mergeSeries, readPairs, RegistryReading } from "../../src/reading/index.ts";
import type { Series } from "../../src/reading/index.ts";

type Tags = Readonly<Record<string, string>>;

const tagged = (tags: Tags) =>
  Object.entries(tags).map(([key, value]) => MetricLabel.make(key, value));

const bounds = MetricBoundaries.fromIterable([1, 2]);

const makeRegistry = () => {
  const registry = MetricRegistry.make();
  const reading = new RegistryReading({ registries: [registry], definition: () => undefined });
  const count = (name: string, tags: Tags, value: number) =>
    registry
      .get(MetricKey.taggedWithLabels(MetricKey.counter(name, { incremental: true }), tagged(tags)))
      .update(value);
  const observe = (name: string, values: ReadonlyArray<number>, boundaries = bounds) => {
    const hook = registry.get(MetricKey.histogram(name, boundaries));
    for (const value of values) hook.update(value);
  };
  return { registry, reading, count, observe };
};

/** A series as plain data. */
const plain = (series: Series) => ({
  ...("value" in series ? { value: series.value } : { count: series.count, sum: series.sum }),
  name: series.metric.name,
  type: series.metric.type,
  labels: Object.fromEntries(series.labels.map(({ key, value }) => [key, value])),
  repairs: series.repairs,
});

describe("RegistryReading", () => {
  it("gives the same object for a series that has not changed, and another for one that has", () => {
    const { reading, count, observe } = makeRegistry();
    count("a", {}, 1);
    count("b", {}, 1);
    observe("c", [1]);
    const first = reading.read();
    expect(reading.read()).toBe(first);
    count("b", {}, 2);
    const second = reading.read();
    expect(second.map((series, index) => series === first[index])).toEqual([true, false, true]);
    expect(first.map(plain)[1]).toMatchObject({ value: 1 });
    expect(second.map(plain)[1]).toMatchObject({ value: 3 });
    expect(second.map(({ source }) => source)).toEqual(first.map(({ source }) => source));
    observe("c", [5]);
    expect(reading.read()[2]).toMatchObject({
      counts: Float64Array.from([1, 1, 2]),
      count: 2,
      min: 1,
      max: 5,
    });
    expect(second[2]).toMatchObject({
      counts: Float64Array.from([1, 1, 1]),
      count: 1,
      min: 1,
      max: 1,
    });
  });

  it("gives what a reader that begins anew gives, whatever was recorded in between", () => {
    const recording = fc.tuple(fc.constantFrom("a", "b", "c"), fc.nat(9), fc.nat(3));
    fc.assert(
      fc.property(fc.array(fc.array(recording), { maxLength: 6 }), (rounds) => {
        const { registry, reading, count } = makeRegistry();
        for (const round of rounds) {
          for (const [name, label, value] of round) count(name, { n: String(label) }, value);
          const fresh = readPairs(registry.snapshot(), () => undefined);
          expect(reading.read().map(plain)).toEqual(fresh.map(plain));
        }
      }),
    );
  });

  it("can be left in the middle and misses nothing", () => {
    const { registry, reading, count } = makeRegistry();
    const countAll = () => {
      for (let index = 0; index < 2_000; index += 1) count("a", { n: String(index) }, 1);
    };
    countAll();
    reading.steps().next();
    countAll();
    const steps = reading.steps();
    for (let index = 0; index < 4; index += 1) steps.next();
    count("a", { n: "new" }, 1);
    expect(reading.read().map(plain)).toEqual(
      readPairs(registry.snapshot(), () => undefined).map(plain),
    );
  });

  it("reads Effect's own registry too, which has nothing of the instruments", () => {
    const name = "test.reading.both";
    counter({ name, description: "For a test.", unit: "{thing}", labels: [] }).add(1, {});
    Metric.counter(`${name}.foreign`).unsafeUpdate(2, []);
    const names = (all: ReadonlyArray<string>) => all.filter((one) => one.startsWith(name));
    const read = new RegistryReading().read().map(({ metric }) => metric.name);
    expect(names(read)).toEqual([name, `${name}.foreign`]);
    expect(names(snapshot().map(({ metricKey }) => metricKey.name))).toEqual(names(read));
    expect(names(Metric.unsafeSnapshot().map(({ metricKey }) => metricKey.name))).toEqual([
      `${name}.foreign`,
    ]);
  });

  it("sees a gauge's series go and come back", () => {
    const name = "test.reading.jobs";
    const jobs = gauge({ name, description: "Jobs.", unit: "{job}", labels: ["n"] });
    const reading = new RegistryReading();
    const values = () =>
      reading
        .read()
        .flatMap((series) =>
          series.metric.name === name && series.type === "number" ? [series.value] : [],
        );
    jobs.set(1, { n: "1" });
    jobs.set(2, { n: "2" });
    expect(values()).toEqual([1, 2]);
    jobs.remove({ n: "1" });
    expect(values()).toEqual([2]);
    jobs.set(3, { n: "1" });
    expect(values()).toEqual([3, 2]);
  });

  it("gives a frequency as a counter for each word", () => {
    const { registry, reading } = makeRegistry();
    const key = MetricKey.taggedWithLabels(MetricKey.frequency("words"), tagged({ key: "own" }));
    const words = registry.get(key);
    words.update("a");
    const first = reading.read();
    words.update("b");
    words.update("a");
    words.update("");
    const labels = { exported_key: "own" };
    const repairs = ["reserved_label"];
    const shared = { name: "words", type: "counter", repairs };
    expect(first.map(plain)).toEqual([{ ...shared, value: 1n, labels: { ...labels, key: "a" } }]);
    expect(reading.read().map(plain)).toEqual([
      { ...shared, value: 2n, labels: { ...labels, key: "a" } },
      { ...shared, value: 1n, labels: { ...labels, key: "b" } },
      { ...shared, value: 1n, labels },
    ]);
  });

  it("gives durations in seconds, and takes the unit out of the labels", () => {
    const { registry, reading } = makeRegistry();
    const boundaries = MetricBoundaries.fromIterable([1, 1_000]);
    const key = MetricKey.taggedWithLabels(
      MetricKey.histogram("timer", boundaries),
      tagged({ time_unit: "milliseconds" }),
    );
    registry.get(key).update(500);
    const [series] = reading.read();
    expect(series?.metric.unit).toBe("s");
    expect(series?.labels).toEqual([]);
    expect(series).toMatchObject({
      bounds: [0.001, 1, Number.POSITIVE_INFINITY],
      counts: Float64Array.from([0, 1, 1]),
      sum: 0.5,
      min: 0.5,
      max: 0.5,
    });
  });

  it("leaves empty labels out, sorts and joins the others, and says so", () => {
    const { registry, reading } = makeRegistry();
    const labels = [
      MetricLabel.make("b", "2"),
      MetricLabel.make("a", ""),
      MetricLabel.make("b", "1"),
      MetricLabel.make("a", "\ud800"),
    ];
    registry.get(MetricKey.taggedWithLabels(MetricKey.gauge("level"), labels)).update(1);
    expect(reading.read().map(plain)).toEqual([
      {
        name: "level",
        type: "gauge",
        value: 1,
        labels: { a: "\ufffd", b: "2;1" },
        repairs: ["label_name"],
      },
    ]);
  });

  it("leaves an observation of NaN out of the count", () => {
    const { reading, observe } = makeRegistry();
    observe("wait", [1]);
    expect(reading.read()[0]?.repairs).toEqual([]);
    observe("wait", [Number.NaN]);
    expect(reading.read()[0]).toMatchObject({
      count: 1,
      sum: Number.NaN,
      repairs: ["not_a_number"],
    });
  });

  it("knows the greatest of negative observations only where it is 0", () => {
    const { reading, observe } = makeRegistry();
    observe("empty", []);
    observe("negative", [-2, -1]);
    observe("zero", [0]);
    expect(
      reading.read().map((series) => series.type === "histogram" && [series.min, series.max]),
    ).toEqual([
      [undefined, undefined],
      [-2, undefined],
      [0, 0],
    ]);
  });
});

describe("mergeSeries", () => {
  const read = (record: (registry: ReturnType<typeof makeRegistry>) => void) => {
    const registry = makeRegistry();
    record(registry);
    const [first, second] = registry.reading.read();
    if (first === undefined || second === undefined) throw new Error("There are no two series.");
    return [first, second] as const;
  };

  it("adds counters and keeps the last gauge", () => {
    const [first, second] = read(({ count }) => {
      count("a", {}, 1);
      count("b", {}, 2);
    });
    expect(mergeSeries("counter", first, second)).toMatchObject({ value: 3 });
    expect(mergeSeries("gauge", first, second)).toMatchObject({ value: 2 });
  });

  it("adds histograms with the same bounds, and no others", () => {
    const [first, second] = read(({ observe }) => {
      observe("a", [1]);
      observe("b", [-3, 5]);
    });
    expect(mergeSeries("histogram", first, second)).toMatchObject({
      counts: Float64Array.from([2, 2, 3]),
      count: 3,
      sum: 3,
      min: -3,
      max: 5,
    });
    const [, other] = read(({ observe }) => {
      observe("a", [1]);
      observe("b", [1], MetricBoundaries.fromIterable([1, 3]));
    });
    expect(mergeSeries("histogram", first, other)).toBeUndefined();
  });
});
