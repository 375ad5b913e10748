import { describe, expect, it } from "@effect/vitest";
import { DateTime } from "effect";
import {
  forgetSource,
  recordSourceFailed,
  recordSourceTools,
  recordSourceWorked,
} from "../src/metrics.ts";
import { Namespace } from "../src/model/source.ts";
import { gaugeValue } from "@executor/testing/series";

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
