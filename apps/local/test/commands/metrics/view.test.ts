import { describe, expect, it } from "@effect/vitest";
import { readSamples } from "@executor/api/metrics-text";
import { drawView } from "../../../src/commands/metrics/draw.ts";
import { makeView, quantile } from "../../../src/commands/metrics/view.ts";
import type { Reading } from "../../../src/commands/metrics/view.ts";

describe("quantile", () => {
  const buckets = [
    { bound: Number.POSITIVE_INFINITY, count: 10 },
    { bound: 0.1, count: 2 },
    { bound: 0.2, count: 6 },
    { bound: 0.4, count: 9 },
  ];
  it.each([
    [0.1, 0.05],
    [0.5, 0.175],
    [0.6, 0.2],
    [0.9, 0.4],
    [0.99, 0.4],
  ])("finds %d", (q, expected) => {
    expect(quantile(q, buckets)).toBeCloseTo(expected, 12);
  });

  it("finds no quantile without measurements", () => {
    expect(quantile(0.5, [])).toBeNull();
    expect(quantile(0.5, [{ bound: 1, count: 0 }])).toBeNull();
  });
});

const reading = (at: number, ...lines: ReadonlyArray<string>): Reading => ({
  at,
  samples: readSamples(lines.join("\n")),
});

const calls = (tool: string, outcome: string, value: number) =>
  `executor_tool_calls_total{executor_source="${tool.split(".")[0]}",mcp_tool_name="${tool}",outcome="${outcome}"} ${value}`;

describe("makeView", () => {
  it("counts calls and failures by source and by tool, the busiest first", () => {
    const view = makeView(
      reading(
        1000,
        calls("a.x", "ok", 5),
        calls("a.x", "upstream_error", 1),
        calls("a.x", "declined", 1),
        calls("a.x", "cancelled", 1),
        calls("a.y", "blocked", 1),
        calls("b.z", "ok", 20),
        'executor_source_up{executor_source="a",kind="mcp"} 0',
        'executor_source_up{executor_source="c",kind="mcp"} 1',
      ),
      undefined,
    );
    const none = {
      callsPerSecond: null,
      errorsPerSecond: null,
      p50Seconds: null,
      p95Seconds: null,
    };
    expect(view.sources).toEqual([
      { source: "b", up: null, calls: 20, errors: 0, ...none },
      { source: "a", up: false, calls: 9, errors: 1, ...none },
      { source: "c", up: true, calls: 0, errors: 0, ...none },
    ]);
    expect(view.tools.map(({ tool, calls: count, errors }) => [tool, count, errors])).toEqual([
      ["b.z", 20, 0],
      ["a.x", 8, 1],
      ["a.y", 1, 0],
    ]);
  });

  it("computes rates between two readings, also for a new tool", () => {
    const before = reading(1000, calls("a.x", "ok", 5), calls("a.x", "timeout", 1));
    const after = reading(
      3000,
      calls("a.x", "ok", 9),
      calls("a.x", "timeout", 2),
      calls("a.y", "ok", 1),
    );
    const rates = makeView(after, before).tools.map(({ tool, callsPerSecond, errorsPerSecond }) => [
      tool,
      callsPerSecond,
      errorsPerSecond,
    ]);
    expect(rates).toEqual([
      ["a.x", 2.5, 0.5],
      ["a.y", 0.5, 0],
    ]);
  });

  it("counts from zero after a restart", () => {
    const before = reading(1000, calls("a.x", "ok", 100), "process_uptime_seconds 500");
    const after = reading(3000, calls("a.x", "ok", 4), "process_uptime_seconds 1");
    expect(makeView(after, before).tools[0]?.callsPerSecond).toBe(2);
    const sameAgain = reading(5000, calls("a.x", "ok", 4), "process_uptime_seconds 3");
    expect(makeView(sameAgain, after).tools[0]?.callsPerSecond).toBe(0);
  });

  it("merges the buckets of a source's tools", () => {
    const bucket = (tool: string, le: string, value: number) =>
      `executor_tool_call_duration_seconds_bucket{executor_source="a",mcp_tool_name="${tool}",le="${le}"} ${value}`;
    const view = makeView(
      reading(
        1000,
        calls("a.x", "ok", 2),
        calls("a.y", "ok", 2),
        bucket("a.x", "0.1", 2),
        bucket("a.x", "+Inf", 2),
        bucket("a.y", "0.1", 0),
        bucket("a.y", "0.3", 2),
        bucket("a.x", "0.3", 2),
        bucket("a.y", "+Inf", 2),
      ),
      undefined,
    );
    expect(view.sources[0]).toMatchObject({ source: "a", p50Seconds: 0.1 });
    expect(view.tools.find(({ tool }) => tool === "a.x")?.p50Seconds).toBe(0.05);
    expect(view.tools.find(({ tool }) => tool === "a.y")?.p50Seconds).toBeCloseTo(0.2, 12);
  });

  it("shows the overflow of the label budgets as a row", () => {
    const overflow = 'executor_tool_calls_total{otel_metric_overflow="true"} 3';
    expect(makeView(reading(0, overflow), undefined).tools).toMatchObject([
      { tool: "(others)", calls: 3 },
    ]);
  });

  it("shows the daemon's own state", () => {
    const view = makeView(
      reading(
        0,
        'executor_execution_active{state="running"} 2',
        'executor_execution_active{state="paused"} 1',
        'executor_executions_total{status="failed",trigger="api"} 1',
        'executor_executions_total{status="failed",trigger="cli"} 2',
        'executor_executions_total{status="timeout",trigger="cli"} 0',
        'executor_approvals_total{decision="expired"} 4',
        "executor_approval_oldest_age_seconds 61",
        "process_memory_usage_bytes 1048576",
        "process_uptime_seconds 90",
        "nodejs_eventloop_delay_p99_seconds 0.002",
        'executor_metrics_series{metric="a"} 3',
        'executor_metrics_series{metric="b"} 4',
        "otel_sdk_exporter_metric_data_point_exported_total 70",
        'otel_sdk_exporter_metric_data_point_exported_total{error_type="timeout"} 7',
        "executor_metrics_export_last_success_timestamp_seconds 1000",
      ),
      undefined,
    );
    expect(view).toEqual({
      at: "1970-01-01T00:00:00.000Z",
      uptimeSeconds: 90,
      memoryBytes: 1_048_576,
      eventLoopDelayP99Seconds: 0.002,
      series: 7,
      executions: { running: 2, paused: 1, ended: { failed: 3 } },
      approvals: { oldestSeconds: 61, decided: { expired: 4 } },
      push: { exported: 70, failed: 7, lastSuccess: "1970-01-01T00:16:40.000Z" },
      sources: [],
      tools: [],
    });
    expect(drawView(view, { width: 90, top: 10 })).toBe(
      [
        "Daemon      up 90 s, memory 1 MiB, event loop p99 2 ms, 7 series",
        "Executions  2 running, 1 paused, 3 failed",
        "Approvals   the oldest waits since 61 s, 4 expired",
        "Push        70 data points exported, 7 failed, last success 1970-01-01T00:16:40.000Z",
        "",
        "SOURCE  UP  CALLS/S  ERRORS/S  CALLS  ERRORS  P50  P95",
        "",
        "No tool was called yet.",
      ].join("\n"),
    );
  });
});

describe("drawView", () => {
  it("shows at most as many sources and tools as the frame allows", () => {
    const view = makeView(
      reading(2000, calls("a.x", "ok", 3), calls("b.y", "timeout", 2)),
      reading(1000, calls("a.x", "ok", 1)),
    );
    expect(drawView(view, { width: 90, top: 1 }).split("\n").slice(5)).toEqual([
      "SOURCE  UP  CALLS/S  ERRORS/S  CALLS  ERRORS  P50  P95",
      "a       -         2         0      3       0    -    -",
      "",
      "TOOL  CALLS/S  ERRORS/S  CALLS  ERRORS  P50  P95",
      "a.x         2         0      3       0    -    -",
    ]);
  });

  it("leaves room for tools on a small screen", () => {
    const letters = [..."abcdefgh"];
    const view = makeView(
      reading(0, ...letters.map((letter, index) => calls(`${letter}.x`, "ok", 9 - index))),
      undefined,
    );
    const rows = (height: number) =>
      drawView(view, { width: 90, top: 5, height }).match(/^[a-h](\.x)?(?= )/gm);
    expect(rows(13)).toEqual(["a", "b", "a.x", "b.x", "c.x"]);
    expect(rows(40)).toHaveLength(10);
    expect(rows(3)).toEqual(["a", "a.x"]);
  });
});
