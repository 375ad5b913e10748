import { describe, expect, it } from "@effect/vitest";
import { atOnce } from "@executor/telemetry/reading";
import type { Series } from "@executor/telemetry/reading";
import fc from "fast-check";
import type { EncodedChunk, ExpositionFormat } from "../../../src/metrics/format.ts";
import { openMetricsText } from "../../../src/metrics/openmetrics/format.ts";
import { prometheusText } from "../../../src/metrics/prometheus.ts";
import { protobuf } from "../../../src/metrics/protobuf/format.ts";
import { Renderer } from "../../../src/metrics/scrape/exposition.ts";
import { SeriesIndex } from "../../../src/metrics/families/series-index.ts";
import { recording } from "../recordings.ts";
import { makeRegistry } from "../registry.ts";
import type { TestRegistry } from "../registry.ts";

const formats: ReadonlyArray<ExpositionFormat> = [prometheusText, openMetricsText, protobuf];

type Readings = ReadonlyArray<Series>;

/** An index that lives on from one reading to the next. */
const makeSubject = () => {
  const index = new SeriesIndex();
  const renderer = new Renderer();
  const published: Array<readonly [block: EncodedChunk, copy: Uint8Array]> = [];
  const render = (readings: Readings) => {
    atOnce(index.steps(readings));
    const bodies = formats.map((format) => {
      const { blocks, bytes } = atOnce(renderer.steps(index.families, format));
      for (const block of blocks) published.push([block, block.bytes.slice()]);
      const joined = Buffer.concat(blocks.map((block) => block.bytes));
      expect(joined.length).toBe(bytes);
      // One character for each byte: not every format is text.
      return joined.toString("latin1");
    });
    return { bodies, conflicts: Object.fromEntries(index.conflicts) };
  };
  return { index, published, render };
};

const fresh = (readings: Readings) => makeSubject().render(readings);

type Step =
  | { readonly record: ReadonlyArray<(registry: TestRegistry) => void> }
  /** Leaves out the series at these places, until the next step of this kind. */
  | { readonly hide: ReadonlyArray<number> }
  | { readonly rotate: number };

const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ record: fc.array(recording, { maxLength: 6 }) }) },
    { weight: 2, arbitrary: fc.record({ hide: fc.array(fc.nat(12), { maxLength: 4 }) }) },
    { weight: 1, arbitrary: fc.record({ rotate: fc.nat(3) }) },
  ),
  { maxLength: 8 },
);

/** The readings that the steps lead to. */
const eachReading = (sequence: ReadonlyArray<Step>, visit: (readings: Readings) => void): void => {
  const registry = makeRegistry();
  const reading = registry.reading();
  let hidden: ReadonlyArray<number> = [];
  let rotated = 0;
  for (const step of sequence) {
    if ("record" in step) for (const record of step.record) record(registry);
    else if ("hide" in step) hidden = step.hide;
    else rotated = step.rotate;
    const readings = reading.read().filter((_, index) => !hidden.includes(index));
    visit([...readings.slice(rotated), ...readings.slice(0, rotated)]);
  }
};

describe("SeriesIndex", () => {
  it("holds after any history what an index made of the last reading holds, in every format", () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        const subject = makeSubject();
        eachReading(sequence, (readings) => {
          expect(subject.render(readings)).toEqual(fresh(readings));
        });
        expect(
          subject.published.every(([{ bytes }, copy]) => Buffer.compare(bytes, copy) === 0),
        ).toBe(true);
      }),
      { numRuns: 250 },
    );
  });

  it("does so where families have many chunks", () => {
    const value = fc.oneof(
      { weight: 5, arbitrary: fc.nat(100_000) },
      { weight: 1, arbitrary: fc.double() },
    );
    const change = fc.tuple(fc.nat(2_000), value);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.array(change, { maxLength: 400 }), fc.nat(1_999)), { maxLength: 5 }),
        (rounds) => {
          const registry = makeRegistry();
          for (let index = 0; index < 1_000; index += 1) {
            registry.gauge("level", [["n", String(index * 2)]], index);
          }
          const reading = registry.reading();
          const subject = makeSubject();
          for (const [changes, hidden] of rounds) {
            for (const [index, changed] of changes) {
              registry.gauge("level", [["n", String(index)]], changed);
            }
            const readings = reading
              .read()
              .filter((_, index) => index < hidden || index > hidden + 300);
            expect(subject.render(readings)).toEqual(fresh(readings));
          }
        },
      ),
      { numRuns: 8 },
    );
  });

  it("writes only the chunks anew in which a value changed", () => {
    const registry = makeRegistry();
    for (let index = 0; index < 1_000; index += 1) {
      registry.counter("jobs", [["n", String(index)]], 1);
    }
    const reading = registry.reading();
    const index = new SeriesIndex();
    const renderer = new Renderer();
    const blocks = () => {
      atOnce(index.steps(reading.read()));
      return atOnce(renderer.steps(index.families, prometheusText)).blocks;
    };
    const first = blocks();
    expect(first.length).toBeGreaterThan(4);
    expect(blocks()).toEqual(first);
    registry.counter("jobs", [["n", "0"]], 1);
    const second = blocks();
    expect(second.filter((block, at) => block !== first[at])).toHaveLength(1);
  });

  it("keeps the other chunks where a series appears or ends", () => {
    const registry = makeRegistry();
    for (let index = 1_000; index < 2_000; index += 1) {
      registry.gauge("level", [["n", String(index)]], 1);
    }
    const reading = registry.reading();
    const index = new SeriesIndex();
    const chunks = (readings: Readings) => {
      atOnce(index.steps(readings));
      return index.families.flatMap((family) => family.chunks);
    };
    const first = chunks(reading.read());
    registry.gauge("level", [["n", "1000a"]], 1);
    const second = chunks(reading.read());
    expect(second.filter((chunk) => !first.includes(chunk))).toHaveLength(1);
    const third = chunks(reading.read().slice(1));
    expect(third.filter((chunk) => !second.includes(chunk))).toHaveLength(1);
  });

  it("starts afresh where the last update was not carried through", () => {
    const registry = makeRegistry();
    const reading = registry.reading();
    const subject = makeSubject();
    registry.counter("jobs", [["a", "1"]], 1);
    subject.render(reading.read());
    for (let index = 0; index < 1_000; index += 1) {
      registry.gauge("level", [["n", String(index)]], index);
    }
    subject.index.steps(reading.read()).next();
    registry.counter("jobs", [["a", "2"]], 1);
    expect(subject.render(reading.read())).toEqual(fresh(reading.read()));
  });
});
