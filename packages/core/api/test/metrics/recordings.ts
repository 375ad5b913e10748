import { MetricBoundaries } from "effect";
import fc from "fast-check";
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
export const name = fc.oneof(
  fc.constantFrom("a", "a.b", "a_b", "a_total", "a_count", "a_sum", "a_bucket", "b", "1a", ""),
  anyText,
);
export const tags = fc.array(
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
/** One measurement, of any kind and under names and tags that get in each other's way. */
export const recording: fc.Arbitrary<(registry: TestRegistry) => void> = fc.oneof(
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
