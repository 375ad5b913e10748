import { describe, expect, it } from "@effect/vitest";
import { DateTime } from "effect";
import {
  forgetSource,
  recordSourceFailed,
  recordSourceTools,
  recordSourceWorked,
  sourceConnects,
} from "../src/metrics.ts";
import { Namespace } from "../src/model/source.ts";
import { gaugeValue, labelValues } from "@executor/testing/series";

describe("counts of a source", () => {
  it("stand at 0 from when it is there, and go on after it was away", () => {
    const source = { namespace: Namespace.make("counted"), kind: "openapi" as const };
    const counts = (name: string) =>
      [...labelValues(name, "outcome")].map((outcome) => [
        outcome,
        gaugeValue(name, { "executor.source": "counted", outcome }),
      ]);
    recordSourceTools(source, 1);
    expect(Object.fromEntries(counts("executor.source.calls"))).toEqual({
      ok: 0,
      cancelled: 0,
      tool_error: 0,
      upstream_error: 0,
      blocked: 0,
      declined: 0,
      timeout: 0,
      invalid_input: 0,
      too_large: 0,
    });
    expect(Object.fromEntries(counts("executor.source.connects"))).toEqual({ ok: 0, error: 0 });
    sourceConnects.add(1, { "executor.source": "counted", outcome: "ok" });
    forgetSource(source);
    recordSourceTools(source, 1);
    expect(Object.fromEntries(counts("executor.source.connects"))).toEqual({ ok: 1, error: 0 });
  });
});

describe("gauges of a source", () => {
  const source = { namespace: Namespace.make("gauged"), kind: "mcp" as const };
  const labels = { "executor.source": "gauged", kind: "mcp" };
  const up = () => gaugeValue("executor.source.up", labels);

  it("disappear with the source, even if one of its calls ends later", () => {
    recordSourceTools(source, 1);
    recordSourceWorked(source, DateTime.unsafeMake(0));
    expect(up()).toBe(1);
    recordSourceFailed(source);
    expect(up()).toBe(0);
    forgetSource(source);
    recordSourceFailed(source);
    recordSourceWorked(source, DateTime.unsafeMake(0));
    expect(up()).toBeUndefined();
    expect(gaugeValue("executor.source.tools", labels)).toBeUndefined();
    expect(
      gaugeValue("executor.source.last_success.timestamp", { "executor.source": "gauged" }),
    ).toBeUndefined();
  });
});
