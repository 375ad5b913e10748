import { describe, expect, it } from "@effect/vitest";
import { not, oneOf, PromQl } from "../src/promql.ts";

const promql = new PromQl('job="a"');

describe("PromQL from the instruments", () => {
  it("has Prometheus's names of metrics and labels", () => {
    expect(promql.rate("executor.tool.calls", "5m", { outcome: oneOf("ok", "timeout") })).toBe(
      'rate(executor_tool_calls_total{job="a",outcome=~"ok|timeout"}[5m])',
    );
    expect(promql.series("process.memory.usage")).toBe('process_memory_usage_bytes{job="a"}');
  });

  it("reads histograms in both of their forms", () => {
    expect(promql.rate("http.server.request.duration", "5m", { "http.route": not("/mcp") })).toBe(
      'rate(http_server_request_duration_seconds_count{job="a",http_route!="/mcp"}[5m]) or histogram_count(rate(http_server_request_duration_seconds{job="a",http_route!="/mcp"}[5m]))',
    );
    expect(
      promql.quantile(0.9, "executor.tool.call.duration", "1h", ["job", "mcp.tool.name"]),
    ).toBe(
      'histogram_quantile(0.9, sum by (le, job, mcp_tool_name) (rate(executor_tool_call_duration_seconds_bucket{job="a"}[1h]))) or histogram_quantile(0.9, sum by (job, mcp_tool_name) (rate(executor_tool_call_duration_seconds{job="a"}[1h])))',
    );
    expect(promql.quantile(0.9, "executor.tool.call.duration", "1h", [])).toContain(
      "histogram_quantile(0.9, sum (rate(executor_tool_call_duration_seconds{",
    );
  });

  it("refuses names and labels that no instrument has", () => {
    expect(() => promql.series("executor.tool.callz")).toThrow(
      "No instrument is called executor.tool.callz.",
    );
    expect(() => promql.series("executor.tool.calls", { status: "ok" })).toThrow(
      "executor.tool.calls has no label status.",
    );
    expect(() => promql.sum("executor.tool.calls", ["status"], "x")).toThrow("no label status");
    expect(() => promql.series("executor.tool.call.duration")).toThrow("is a histogram");
    expect(() => promql.quantile(0.5, "executor.tool.calls", "5m", [])).toThrow("is no histogram");
  });
});
