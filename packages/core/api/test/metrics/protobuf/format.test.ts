import { describe, expect, it } from "@effect/vitest";
import { counter, histogram, sizeBytes } from "@executor/telemetry";
import type { Series } from "@executor/telemetry/reading";
import { Effect, MetricBoundaries, Tracer } from "effect";
import fc from "fast-check";
import type { Family, Labels } from "../../../src/metrics/families/family.ts";
import { protobuf } from "../../../src/metrics/protobuf/format.ts";
import { Renderer } from "../../../src/metrics/scrape/exposition.ts";
import { SeriesIndex, toFamilies } from "../../../src/metrics/families/series-index.ts";
import { nastyRegistry } from "../nasty.ts";
import { decodeFamilies } from "@executor/testing/protobuf";
import { recordingTracer } from "@executor/testing/tracer";
import type { DecodedFamily, DecodedMetric } from "@executor/testing/protobuf";
import { makeRegistry } from "../registry.ts";
import type { TestRegistry } from "../registry.ts";
import { encode, recorded } from "../rendering.ts";

/** Renders readings in protobuf, time after time. */
const renderer = (read: () => ReadonlyArray<Series>): (() => Buffer) => {
  const index = new SeriesIndex();
  const writer = new Renderer();
  return () => {
    index.update(read());
    return encode(index, protobuf, writer);
  };
};

const renderRegistry = (registry: TestRegistry): Buffer =>
  renderer(() => registry.reading().read())();

/** The one series that the process has recorded under a name. */
const decoded = (name: string): DecodedMetric | undefined =>
  decodeFamilies(renderer(() => recorded(name))())[0]?.metric[0];

const within = (traceId: string, sampled: boolean, record: () => void): void =>
  Effect.sync(record).pipe(
    Effect.withParentSpan(Tracer.externalSpan({ traceId, spanId: "b7ad6b7169203331", sampled })),
    Effect.withTracer(recordingTracer().tracer),
    Effect.runSync,
  );

const traceId = "0af7651916cd43dd8448eb211c80319c";
const described = { description: "For a test.", unit: "{thing}", labels: [] };

const toPairs = (labels: Labels) => labels.map(([name, value]) => ({ name, value }));

/** What a decoder must read of families. */
const expected = (families: ReadonlyArray<Family>): ReadonlyArray<DecodedFamily> =>
  families.map((family) => ({
    name: family.type === "counter" ? `${family.name}_total` : family.name,
    type: family.type.toUpperCase(),
    ...(family.help === "" ? {} : { help: family.help }),
    ...(family.unit === "" ? {} : { unit: family.unit }),
    metric: expectedMetrics(family),
  }));

const expectedMetrics = ({ type, series }: Family): ReadonlyArray<DecodedMetric> =>
  series.map(({ labels, reading }) => ({
    label: toPairs(labels),
    [type]: expectedValue(reading),
  }));

const expectedValue = (reading: Series) => {
  switch (reading.type) {
    case "number":
      return { value: Number(reading.value) };
    case "histogram":
      return {
        sampleCount: reading.counts[reading.bounds.length - 1] ?? 0,
        sampleSum: reading.sum,
        bucket: reading.bounds
          .slice(0, -1)
          .map((upperBound, at) => ({ cumulativeCount: reading.counts[at] ?? 0, upperBound })),
        negativeSpan: [],
        negativeDelta: [],
        positiveSpan: [],
        positiveDelta: [],
      };
    case "summary":
      return {
        sampleCount: reading.count,
        sampleSum: reading.sum,
        quantile: reading.quantiles.map(([quantile, value]) => ({ quantile, value })),
      };
  }
};

const bounds = [
  MetricBoundaries.fromIterable([0.5, 1, 2.5]),
  MetricBoundaries.fromIterable([-1, 0, 1e300]),
];
const anyText = fc.string({ unit: "binary", maxLength: 40 });
const anyValue = fc.oneof(
  fc.double(),
  fc.nat(),
  fc.constantFrom(2 ** 31, 2 ** 53, 127, 128, 16_384),
);
const anyRecord = fc.record({
  kind: fc.constantFrom("counter", "gauge", "bigintCounter", "histogram", "summary", "frequency"),
  set: fc.nat({ max: 5 }),
  text: anyText,
  value: anyValue,
});
type Record = typeof anyRecord extends fc.Arbitrary<infer A> ? A : never;

const apply = (registry: TestRegistry, { kind, set, text, value }: Record): void => {
  const tags = [["text", text] as const];
  const name = `${kind}.${set % 2}`;
  switch (kind) {
    case "counter":
      return registry.counter(name, tags, value, `Help ${set}`);
    case "gauge":
      return registry.gauge(name, tags, value);
    case "bigintCounter":
      return registry.bigintCounter(
        name,
        tags,
        BigInt(Math.trunc(Number.isFinite(value) ? value : 9e99)),
      );
    case "histogram":
      return registry.histogram(name, tags, bounds[set % 2] ?? MetricBoundaries.fromIterable([]), [
        value,
      ]);
    case "summary":
      return registry.summary(name, tags, [0.5, 0.9], [value]);
    case "frequency":
      return registry.frequency(name, tags, [text]);
  }
};

describe("the protobuf format", () => {
  it("is the bytes that the client model's definition prescribes", () => {
    const registry = makeRegistry();
    registry.counter("a", [["b", "c"]], 1, "Help.");
    const hex = Buffer.from(renderRegistry(registry)).toString("hex");
    const metric = ["2213", "0a06", "0a0162", "120163", "1a09", "09000000000000f03f"];
    const family = ["27", "0a07615f746f74616c", "120548656c702e", "1800", ...metric];
    expect(hex).toBe(family.join(""));
  });

  it("writes nothing for nothing", () => {
    expect(renderRegistry(makeRegistry())).toHaveLength(0);
  });

  it("says what the families say, however nasty they are", () => {
    const registry = nastyRegistry();
    expect(decodeFamilies(renderRegistry(registry))).toEqual(
      expected(toFamilies(registry.snapshot()).families),
    );
  });

  it("says what the families say, whatever was recorded", () => {
    fc.assert(
      fc.property(fc.array(anyRecord, { maxLength: 30 }), (records) => {
        const registry = makeRegistry();
        for (const record of records) apply(registry, record);
        expect(decodeFamilies(renderRegistry(registry))).toEqual(
          expected(toFamilies(registry.snapshot()).families),
        );
      }),
      { numRuns: 40 },
    );
  });

  it("writes on what it wrote before as if it wrote all", () => {
    const steps = fc.array(fc.array(anyRecord, { maxLength: 20 }), { minLength: 2, maxLength: 5 });
    fc.assert(
      fc.property(steps, (batches) => {
        const registry = makeRegistry();
        const reading = registry.reading();
        const render = renderer(() => reading.read());
        for (const batch of batches) {
          for (const record of batch) apply(registry, record);
          expect(render().equals(renderRegistry(registry))).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("writes on what it wrote before where exemplars come and buckets fill", () => {
    const labels = ["a"] as const;
    const step = fc.record({
      a: fc.constantFrom("1", "2", "3"),
      value: fc.oneof(fc.constant(0), fc.nat({ max: 5_000 })),
      isTraced: fc.boolean(),
    });
    const scrapes = fc.array(fc.array(step, { maxLength: 4 }), { minLength: 2, maxLength: 5 });
    let run = 0;
    fc.assert(
      fc.property(scrapes, (batches) => {
        const name = `test.protobuf.onwards.${(run += 1)}`;
        const things = counter({ name, ...described, labels });
        const size = histogram({
          name: `${name}.size`,
          ...described,
          labels,
          boundaries: sizeBytes,
        });
        const read = () => [
          ...recorded(name).filter(({ metric }) => metric.name === name),
          ...recorded(`${name}.size`),
        ];
        const render = renderer(read);
        for (const batch of batches) {
          for (const { a, value, isTraced } of batch) {
            within(traceId, isTraced, () => things.add(value, { a }));
            within(traceId, isTraced, () => size.record(value, { a }));
          }
          expect(render().equals(renderer(read)())).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("writes a family that is longer than the writer's first buffer", () => {
    const registry = makeRegistry();
    const text = "日本".repeat(3_000);
    for (let tool = 0; tool < 20; tool += 1) registry.gauge("long", [["text", text + tool]], tool);
    const [family] = decodeFamilies(renderRegistry(registry));
    expect(family?.metric.map(({ gauge }) => gauge?.value)).toHaveLength(20);
    expect(family?.metric[0]?.label[0]?.value).toBe(`${text}0`);
  });

  it("gives counters the time they began, and their last exemplar", () => {
    const name = "test.protobuf.counter";
    const things = counter({ name, ...described });
    const before = Date.now() / 1_000;
    within(traceId, true, () => things.add(3, {}));
    within("unsampled", false, () => things.add(1, {}));
    const read = decoded(name)?.counter;
    expect(read?.value).toBe(4);
    expect(read?.exemplar?.label).toEqual([
      { name: "trace_id", value: traceId },
      { name: "span_id", value: "b7ad6b7169203331" },
    ]);
    expect(read?.exemplar?.value).toBe(3);
    for (const timestamp of [read?.createdTimestamp, read?.exemplar?.timestamp]) {
      const { seconds, nanos } = timestamp ?? { seconds: 0, nanos: 0 };
      expect(seconds + nanos / 1e9).toBeGreaterThanOrEqual(before - 1e-6);
      expect(seconds + nanos / 1e9).toBeLessThanOrEqual(Date.now() / 1_000);
    }
  });

  it("gives each bucket its exemplar, and writes +Inf only for one", () => {
    const name = "test.protobuf.exemplars";
    const size = histogram({ name, ...described, boundaries: sizeBytes });
    const buckets = () => decoded(name)?.histogram?.bucket ?? [];
    size.record(1e9, {});
    expect(buckets()).toHaveLength(sizeBytes.values.length - 1);
    for (const value of [1_024, 1_025, 2_000, 1e9])
      within(traceId, true, () => size.record(value, {}));
    expect(buckets().map(({ exemplar }) => exemplar?.value)).toEqual([
      1_024,
      2_000,
      ...Array.from({ length: sizeBytes.values.length - 3 }, () => undefined),
      1e9,
    ]);
    expect(buckets().at(-1)).toMatchObject({ cumulativeCount: 5, upperBound: Infinity });
  });

  it("has the native histogram beside the classic one", () => {
    const name = "test.protobuf.native";
    const size = histogram({ name, ...described, boundaries: sizeBytes });
    for (const value of [1, 1, 1.05, 2, 256, -1, 0, Infinity]) size.record(value, {});
    const read = decoded(name)?.histogram;
    expect(read).toMatchObject({
      sampleCount: 8,
      sampleSum: Infinity,
      schema: 3,
      zeroCount: 1,
      zeroThreshold: 2 ** -128,
      negativeSpan: [{ offset: 0, length: 1 }],
      negativeDelta: [1],
      // 1 has index 0, 1.05 index 1, 2 index 8, 256 index 64, infinity the one above 2 ** 1024.
      positiveSpan: [
        { offset: 0, length: 2 },
        { offset: 6, length: 1 },
        { offset: 55, length: 1 },
        { offset: 8_128, length: 1 },
      ],
      positiveDelta: [2, -1, 0, 0, 0],
    });
  });

  it("marks a native histogram whose observations all were zero", () => {
    const name = "test.protobuf.zero";
    const size = histogram({ name, ...described, boundaries: sizeBytes });
    size.record(0, {});
    expect(decoded(name)?.histogram).toMatchObject({
      zeroCount: 1,
      positiveSpan: [{ offset: 0, length: 0 }],
      positiveDelta: [],
    });
  });

  it("leaves out a native histogram that does not have all of a merged series", () => {
    const name = "test.protobuf.merged";
    const size = histogram({ name, ...described, boundaries: sizeBytes });
    size.record(1, {});
    const registry = makeRegistry();
    registry.histogram(name, [], sizeBytes, [2]);
    const render = renderer(() => [...recorded(name), ...registry.reading().read()]);
    const read = decodeFamilies(render())[0]?.metric[0]?.histogram;
    expect(read?.sampleCount).toBe(2);
    expect(read?.schema).toBeUndefined();
  });

  it("keeps the native histogram to the observations of the reading", () => {
    const name = "test.protobuf.later";
    const size = histogram({ name, ...described, boundaries: sizeBytes });
    size.record(1, {});
    decoded(name);
    const readings = recorded(name);
    size.record(2, {});
    const [family] = decodeFamilies(renderer(() => readings)());
    expect(family?.metric[0]?.histogram).toMatchObject({ sampleCount: 1, positiveDelta: [1] });
  });
});
