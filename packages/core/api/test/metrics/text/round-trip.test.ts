import { describe, expect, it } from "@effect/vitest";
import { readFamilies } from "@executor/testing";
import type { Sample, TextFamily } from "@executor/testing";
import fc from "fast-check";
import { toFamilies } from "../../../src/metrics/families/series-index.ts";
import type { Family, Labels } from "../../../src/metrics/families/family.ts";
import { writePrometheus } from "../../../src/metrics/prometheus.ts";
import { name, recording, tags } from "../recordings.ts";
import { makeRegistry } from "../registry.ts";

const recordings = fc.array(recording, { maxLength: 12 });

const sample = (sampleName: string, labels: Labels, sampleValue: number | bigint): Sample => ({
  name: sampleName,
  labels: Object.fromEntries(labels),
  // Negative zero is written as zero.
  value: Number(sampleValue) + 0,
});

/** What a reader of the body must find. */
const expected = (family: Family): TextFamily => {
  const written = family.type === "counter" ? `${family.name}_total` : family.name;
  const samples = family.series.flatMap(({ labels, reading }): ReadonlyArray<Sample> => {
    switch (reading.type) {
      case "number":
        return [sample(written, labels, reading.value)];
      case "histogram":
        return [
          ...reading.bounds.map((bound, at) =>
            sample(
              `${written}_bucket`,
              [...labels, ["le", boundText(bound)]],
              reading.counts[at] ?? 0,
            ),
          ),
          sample(`${written}_sum`, labels, reading.sum),
          sample(`${written}_count`, labels, reading.counts.at(-1) ?? Number.NaN),
        ];
      case "summary":
        return [
          ...reading.quantiles.map(([quantile, quantileValue]) =>
            sample(written, [...labels, ["quantile", boundText(quantile)]], quantileValue),
          ),
          sample(`${written}_sum`, labels, reading.sum),
          sample(`${written}_count`, labels, reading.count),
        ];
    }
  });
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
const withPlainBounds = (family: TextFamily): TextFamily => ({
  ...family,
  samples: family.samples.map(({ labels, ...rest }) => ({
    ...rest,
    labels: Object.fromEntries(
      Object.entries(labels).map(([key, text]) =>
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
        expect(readFamilies(body).map(withPlainBounds)).toEqual(
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
          .reduce((sum, { reading }) => sum + ("value" in reading ? Number(reading.value) : 0), 0);
        const scaled = series.some(([, all]) => all.some(([, unit]) => unit === "ms"));
        fc.pre(!scaled);
        expect(total + (conflicts.get("sample_name") ?? 0)).toBe(series.length);
      }),
      { numRuns: 200 },
    );
  });
});
