import { describe, expect, it } from "@effect/vitest";
import * as fc from "fast-check";
import { bySpecificity, covers, Policy, PolicyPattern } from "../../src/model/policy.ts";

describe("covers", () => {
  it.each([
    ["github.repos.get", "github.repos.get", true],
    ["github.repos.get", "github.repos.getAll", false],
    ["github.repos.get", "github.repos", false],
    ["github.*", "github.repos.get", true],
    ["github.*", "github.zen", true],
    ["github.*", "githubber.zen", false],
    ["github.repos", "github.repos.get", false],
    ["github.*.delete", "github.repos.delete", true],
    ["github.*.delete", "github.repos.keys.delete", false],
    ["github.*.delete.*", "github.repos.delete", false],
    ["*.repos.get", "github.repos.get", true],
    ["*", "github.repos.get", true],
    ["*.*", "github.zen", true],
    ["*", "executor.tools.search", false],
    ["*.tools.search", "executor.tools.search", false],
    ["executor.*", "executor.tools.search", true],
  ])("%s and %s: %s", (pattern, address, expected) => {
    expect(covers(pattern, address)).toBe(expected);
  });
});

const segment = fc.constantFrom("a", "b", "*");
const pattern = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("."));
const policy = (text: string) =>
  new Policy({ pattern: PolicyPattern.make(text), decision: "allow" });
const order = (left: string, right: string) =>
  Math.sign(bySpecificity(policy(left), policy(right)));

describe("bySpecificity", () => {
  it.each([
    ["github.repos.get", "github.repos.*"],
    ["github.repos.*", "github.*"],
    ["github.*", "*"],
    ["github.*.delete", "github.*"],
    ["github.*.delete", "github.repos.*"],
    ["github.*.*", "github.*"],
    ["github.repos.*.x", "github.*.keys.x"],
    ["*.repos.delete", "github.*"],
  ])("%s comes before %s", (first, second) => {
    expect(order(first, second)).toBe(-1);
    expect(order(second, first)).toBe(1);
  });

  it("is a total order", () => {
    fc.assert(
      fc.property(pattern, pattern, pattern, (a, b, c) => {
        expect(order(a, b)).toBe(order(b, a) === 0 ? 0 : -order(b, a));
        expect(order(a, b) === 0).toBe(a === b);
        expect(order(a, b) <= 0 && order(b, c) <= 0 && order(a, c) > 0).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });

  it("puts a pattern first if a name in it replaces a wildcard", () => {
    fc.assert(
      fc.property(pattern, fc.nat(3), fc.constantFrom("a", "b"), (general, at, name) => {
        const segments = general.split(".");
        fc.pre(segments[at] === "*");
        expect(order(segments.with(at, name).join("."), general)).toBe(-1);
      }),
    );
  });
});
