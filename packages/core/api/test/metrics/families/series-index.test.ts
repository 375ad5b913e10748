import { describe, expect, it } from "@effect/vitest";
import { MetricBoundaries } from "effect";
import fc from "fast-check";
import type { FindDefinition } from "../../../src/metrics/families/descriptor.ts";
import type { EncodedChunk, ExpositionFormat } from "../../../src/metrics/format.ts";
import { openMetricsText } from "../../../src/metrics/openmetrics/format.ts";
import { prometheusText } from "../../../src/metrics/prometheus.ts";
import { protobuf } from "../../../src/metrics/protobuf/format.ts";
import { Renderer } from "../../../src/metrics/scrape/renderer.ts";
import { SeriesIndex } from "../../../src/metrics/families/series-index.ts";
import { recording } from "../recordings.ts";
import { makeRegistry } from "../registry.ts";
import type { TestRegistry } from "../registry.ts";
import { toEnd } from "../rendering.ts";
import type { Pairs } from "../rendering.ts";

const formats: ReadonlyArray<ExpositionFormat> = [prometheusText, openMetricsText, protobuf];

/** An index that lives on from one snapshot to the next. */
const makeSubject = (definition: FindDefinition = () => undefined) => {
  const index = new SeriesIndex(definition);
  const renderer = new Renderer();
  const published: Array<readonly [block: EncodedChunk, copy: Uint8Array]> = [];
  const render = (pairs: Pairs) => {
    toEnd(index.steps(pairs));
    const bodies = formats.map((format) => {
      const { blocks, bytes } = toEnd(renderer.steps(index.families, format));
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

const fresh = (pairs: Pairs) => makeSubject().render(pairs);

type Step =
  | { readonly record: ReadonlyArray<(registry: TestRegistry) => void> }
  /** Leaves out the entries at these places, until the next step of this kind. */
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

/** The snapshots that the steps lead to, with all that the registry held at that time. */
const eachSnapshot = (sequence: ReadonlyArray<Step>, visit: (pairs: Pairs) => void): void => {
  const registry = makeRegistry();
  let hidden: ReadonlyArray<number> = [];
  let rotated = 0;
  for (const step of sequence) {
    if ("record" in step) for (const record of step.record) record(registry);
    else if ("hide" in step) hidden = step.hide;
    else rotated = step.rotate;
    const pairs = registry.snapshot().filter((_, index) => !hidden.includes(index));
    visit([...pairs.slice(rotated), ...pairs.slice(0, rotated)]);
  }
};

describe("SeriesIndex", () => {
  it("holds after any history what an index made of the last snapshot holds, in every format", () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        const subject = makeSubject();
        eachSnapshot(sequence, (pairs) => {
          expect(subject.render(pairs)).toEqual(fresh(pairs));
        });
        expect(
          subject.published.every(([{ bytes }, copy]) => Buffer.compare(bytes, copy) === 0),
        ).toBe(true);
      }),
      { numRuns: 250 },
    );
  });

  it("does so where families have many leaves", () => {
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
          const subject = makeSubject();
          for (const [changes, hidden] of rounds) {
            for (const [index, changed] of changes) {
              registry.gauge("level", [["n", String(index)]], changed);
            }
            const pairs = registry
              .snapshot()
              .filter((_, index) => index < hidden || index > hidden + 300);
            expect(subject.render(pairs)).toEqual(fresh(pairs));
          }
        },
      ),
      { numRuns: 8 },
    );
  });

  it("writes only the leaves anew in which a value changed", () => {
    const registry = makeRegistry();
    for (let index = 0; index < 1_000; index += 1) {
      registry.counter("jobs", [["n", String(index)]], 1);
    }
    const index = new SeriesIndex(() => undefined);
    const renderer = new Renderer();
    const blocks = () => {
      toEnd(index.steps(registry.snapshot()));
      return toEnd(renderer.steps(index.families, prometheusText)).blocks;
    };
    const first = blocks();
    expect(first.length).toBeGreaterThan(4);
    expect(blocks()).toEqual(first);
    registry.counter("jobs", [["n", "0"]], 1);
    const second = blocks();
    expect(second.filter((block, at) => block !== first[at])).toHaveLength(1);
  });

  it("keeps the other leaves where a series appears or ends", () => {
    const registry = makeRegistry();
    for (let index = 1_000; index < 2_000; index += 1) {
      registry.gauge("level", [["n", String(index)]], 1);
    }
    const index = new SeriesIndex(() => undefined);
    const leaves = (pairs: Pairs) => {
      toEnd(index.steps(pairs));
      return index.families.flatMap((family) => family.leaves);
    };
    const first = leaves(registry.snapshot());
    registry.gauge("level", [["n", "1000a"]], 1);
    const second = leaves(registry.snapshot());
    expect(second.filter((leaf) => !first.includes(leaf))).toHaveLength(1);
    const third = leaves(registry.snapshot().slice(1));
    expect(third.filter((leaf) => !second.includes(leaf))).toHaveLength(1);
  });

  it("starts afresh after an error", () => {
    const registry = makeRegistry();
    registry.counter("jobs", [["a", "1"]], 1);
    let fails = true;
    const subject = makeSubject((name) => {
      if (name === "wait" && fails) throw new Error("no definition");
      return undefined;
    });
    subject.render(registry.snapshot());
    registry.counter("jobs", [["a", "2"]], 1);
    registry.histogram("wait", [], MetricBoundaries.fromIterable([1]), [0.5]);
    expect(() => subject.render(registry.snapshot())).toThrow("no definition");
    fails = false;
    expect(subject.render(registry.snapshot())).toEqual(fresh(registry.snapshot()));
  });
});
