import { describe, expect, it } from "@effect/vitest";
import { MetricBoundaries } from "effect";
import fc from "fast-check";
import { toFamilies } from "../../src/metrics/families.ts";
import type { Family, Labels } from "../../src/metrics/family.ts";
import { writePrometheus } from "../../src/metrics/prometheus.ts";
import { parseText } from "./text-parser.ts";
import type { ParsedFamily, ParsedSample } from "./text-parser.ts";
import { makeRegistry } from "./registry.ts";
import type { TestRegistry } from "./registry.ts";

const boundarySets = [[], [1], [0.5, 1, 2.5], [1e-7, 1e6, 1e300], [-1, 0], [Number.NaN, 3]].map(
  MetricBoundaries.fromIterable,
);

const anyText = fc.oneof(
  fc.constantFrom(
    "",
    "a",
    "a.b",
    "a_b",
    "le",
    "key",
    "quantile",
    "__name__",
    "1",
    '\\"\n',
    "\ud800",
  ),
  fc.string({ unit: "binary", maxLength: 6 }),
);
const name = fc.oneof(
  fc.constantFrom("a", "a.b", "a_b", "a_total", "a_count", "a_sum", "a_bucket", "b", "1a", ""),
  anyText,
);
const tags = fc.array(
  fc.tuple(
    fc.oneof(anyText, fc.constantFrom("unit", "time_unit")),
    fc.oneof(anyText, fc.constantFrom("s", "ms", "1")),
  ),
  { maxLength: 4 },
);
const value = fc.oneof(fc.integer({ min: -9, max: 9 }), fc.double());
const values = fc.array(value, { maxLength: 5 });
const description = fc.option(anyText, { nil: undefined });

// Effect throws when numbers are added to a counter of bigints, hence names that are equal only once translated.
const recording: fc.Arbitrary<(registry: TestRegistry) => void> = fc.oneof(
  fc
    .tuple(name, tags, value, description)
    .map((args) => (registry: TestRegistry) => registry.counter(...args)),
  fc
    .tuple(name, tags, value, description)
    .map((args) => (registry: TestRegistry) => registry.upDownCounter(...args)),
  fc
    .tuple(name, tags, fc.bigInt({ min: 0n, max: 2n ** 70n }))
    .map(
      (args) => (registry: TestRegistry) =>
        registry.bigintCounter(`${args[0]}\u2603`, args[1], args[2]),
    ),
  fc
    .tuple(name, tags, value, description)
    .map((args) => (registry: TestRegistry) => registry.gauge(...args)),
  fc
    .tuple(name, tags, fc.constantFrom(...boundarySets), values, description)
    .map((args) => (registry: TestRegistry) => registry.histogram(...args)),
  fc
    .tuple(
      name,
      tags,
      fc.array(fc.double({ min: 0, max: 1 }), { maxLength: 3 }),
      values,
      description,
    )
    .map((args) => (registry: TestRegistry) => registry.summary(...args)),
  fc
    .tuple(name, tags, fc.array(anyText, { maxLength: 3 }), description)
    .map((args) => (registry: TestRegistry) => registry.frequency(...args)),
);

const recordings = fc.array(recording, { maxLength: 12 });

const sample = (
  sampleName: string,
  labels: Labels,
  sampleValue: number | bigint,
): ParsedSample => ({
  name: sampleName,
  labels: new Map(labels),
  // Negative zero is written as zero.
  value: Number(sampleValue) + 0,
});

/** What a reader of the body must find. */
const expected = (family: Family): ParsedFamily => {
  const written = family.type === "counter" ? `${family.name}_total` : family.name;
  const samples = (() => {
    switch (family.type) {
      case "counter":
      case "gauge":
        return family.series.map((series) => sample(written, series.labels, series.value));
      case "histogram":
        return family.series.flatMap(({ labels, buckets, sum }) => [
          ...buckets.map(([bound, count]) =>
            sample(`${written}_bucket`, [...labels, ["le", boundText(bound)]], count),
          ),
          sample(`${written}_sum`, labels, sum),
          sample(`${written}_count`, labels, buckets.at(-1)?.[1] ?? Number.NaN),
        ]);
      case "summary":
        return family.series.flatMap(({ labels, quantiles, sum, count }) => [
          ...quantiles.map(([quantile, quantileValue]) =>
            sample(written, [...labels, ["quantile", boundText(quantile)]], quantileValue),
          ),
          sample(`${written}_sum`, labels, sum),
          sample(`${written}_count`, labels, count),
        ]);
    }
  })();
  return {
    name: written,
    type: family.type,
    help: family.help === "" ? undefined : family.help,
    samples,
  };
};

const boundText = (bound: number): string =>
  bound === Number.POSITIVE_INFINITY
    ? "+Inf"
    : bound === Number.NEGATIVE_INFINITY
      ? "-Inf"
      : String(bound);

/** Bounds as numbers again, so that the comparison does not depend on how they are written. */
const withPlainBounds = (family: ParsedFamily): ParsedFamily => ({
  ...family,
  samples: family.samples.map(({ labels, ...rest }) => ({
    ...rest,
    labels: new Map(
      [...labels].map(([key, text]) =>
        (key === "le" && rest.name.endsWith("_bucket")) ||
        (key === "quantile" && family.type === "summary")
          ? [key, text.endsWith("Inf") ? text : String(Number(text))]
          : [key, text],
      ),
    ),
  })),
});

describe("writePrometheus", () => {
  it("writes whatever a registry holds so that a strict reader finds the same values", () => {
    fc.assert(
      fc.property(recordings, (steps) => {
        const registry = makeRegistry();
        for (const step of steps) step(registry);
        const { families } = toFamilies(registry.snapshot());
        const body = new TextDecoder().decode(new TextEncoder().encode(writePrometheus(families)));
        expect(parseText(body).map(withPlainBounds)).toEqual(
          families.map(expected).map(withPlainBounds),
        );
      }),
      { numRuns: 500 },
    );
  });

  it("loses no count: what the registry counted is in the body or in the conflicts", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(name, tags), { maxLength: 12 }), (series) => {
        const registry = makeRegistry();
        for (const [seriesName, seriesTags] of series) registry.counter(seriesName, seriesTags, 1);
        const { families, conflicts } = toFamilies(registry.snapshot());
        const total = families
          .flatMap((family) => (family.type === "counter" ? family.series : []))
          .reduce((sum, { value: count }) => sum + Number(count), 0);
        const scaled = series.some(([, all]) => all.some(([, unit]) => unit === "ms"));
        fc.pre(!scaled);
        expect(total + (conflicts.get("sample_name") ?? 0)).toBe(series.length);
      }),
      { numRuns: 200 },
    );
  });
});
