import { describe, expect, it } from "@effect/vitest";
import { readTraceContext, traceContextFields } from "../../src/tracing/index.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const spanId = "b7ad6b7169203331";

describe("readTraceContext", () => {
  it("reads the ids and the sampled flag, whatever the other flags are", () => {
    expect(readTraceContext(`00-${traceId}-${spanId}-01`)).toMatchObject({
      traceId,
      spanId,
      sampled: true,
      traceState: "",
    });
    expect(readTraceContext(`00-${traceId}-${spanId}-00`)?.sampled).toBe(false);
    expect(readTraceContext(`00-${traceId}-${spanId}-03`)?.sampled).toBe(true);
    expect(readTraceContext(`00-${traceId}-${spanId}-02`)?.sampled).toBe(false);
  });

  it("reads a higher version as far as it is known", () => {
    expect(readTraceContext(`01-${traceId}-${spanId}-01-more`)?.traceId).toBe(traceId);
    expect(readTraceContext(`cc-${traceId}-${spanId}-01`)?.traceId).toBe(traceId);
  });

  it.each([
    undefined,
    7,
    "",
    traceId,
    `ff-${traceId}-${spanId}-01`,
    `00-${traceId}-${spanId}-01-more`,
    `01-${traceId}-${spanId}-01more`,
    `00-${traceId.toUpperCase()}-${spanId}-01`,
    `00-${"0".repeat(32)}-${spanId}-01`,
    `00-${traceId}-${"0".repeat(16)}-01`,
    `00-${traceId}-${spanId}`,
    `00-${traceId}-${spanId}-1`,
    ` 00-${traceId}-${spanId}-01`,
  ])("reads nothing from %s", (traceparent) => {
    expect(readTraceContext(traceparent)).toBeUndefined();
  });

  it("passes on a tracestate that fits a header, and leaves out any other", () => {
    const state = (text: unknown) =>
      readTraceContext(`00-${traceId}-${spanId}-01`, text)?.traceState;
    expect(state("congo=t61rcWkgMzE,rojo=00f067aa0ba902b7")).toBe(
      "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7",
    );
    expect(state("a=1\r\nx-evil: 1")).toBe("");
    expect(state("a=é")).toBe("");
    expect(state("a".repeat(513))).toBe("");
    expect(state(["a=1"])).toBe("");
  });
});

describe("traceContextFields", () => {
  it("writes what is read back, and tracestate only where there is one", () => {
    const remote = readTraceContext(`00-${traceId}-${spanId}-00`, "a=1");
    if (remote === undefined) throw new Error("not read");
    expect(traceContextFields(remote, remote.traceState)).toEqual({
      traceparent: `00-${traceId}-${spanId}-00`,
      tracestate: "a=1",
    });
    expect(traceContextFields({ ...remote, sampled: true }, "")).toEqual({
      traceparent: `00-${traceId}-${spanId}-01`,
    });
  });
});
