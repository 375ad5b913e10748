import { describe, expect, it } from "@effect/vitest";
import { readSamples, readValue } from "../../../src/metrics/text/read.ts";

describe("readSamples", () => {
  it("reads names, labels and values, and leaves out comments", () => {
    const text = String.raw`# HELP a_total A
# TYPE a_total counter
a_total{x="1",y="p\"q\\n\nr"} 2
b_bucket{le="+Inf"} +Inf
c 1e-3
`;
    expect(readSamples(text)).toEqual([
      { name: "a_total", labels: { x: "1", y: 'p"q\\n\nr' }, value: 2 },
      { name: "b_bucket", labels: { le: "+Inf" }, value: Number.POSITIVE_INFINITY },
      { name: "c", labels: {}, value: 0.001 },
    ]);
  });

  it.each([
    ["1a 2", "has no name"],
    ["a", "before its value"],
    ["a  2", "not a value"],
    ["a 2 ", "not a value"],
    ["a 0x", "not a value"],
    ["a Infinity", "not a value"],
    ["a{} 2", "before its value"],
    ['a{x="1" 2', "before its value"],
    ['a{x="1",} 2', "before its value"],
    ['a{x="1"y="2"} 2', "before its value"],
    ['a{x="1"{y="2"} 2', "misplaced brace"],
    ['a,x="1"} 2', "misplaced brace"],
    ['a{x="1",x="2"} 2', "label x twice"],
    ['a{x=""} 2', "empty value of x"],
    [String.raw`a{x="\q"} 2`, "before its value"],
  ])("refuses %s", (line, reason) => {
    expect(() => readSamples(line)).toThrow(reason);
  });
});

describe("readValue", () => {
  it("reads the three values that are not finite", () => {
    expect(["NaN", "+Inf", "-Inf"].map(readValue)).toEqual([
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ]);
  });
});
