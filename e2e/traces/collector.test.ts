import { afterEach, describe, expect, it } from "@effect/vitest";
import { until } from "@executor/testing";
import { findCollectors, startCollector } from "@executor/testing/collector";
import { apiClient } from "../support/daemon/api-client.ts";
import { startDaemon } from "../support/daemon/daemon.ts";
import { connectTo } from "../support/mcp/client.ts";
import { spansIn } from "../support/traces/span-receiver.ts";
import { startTracedUpstream } from "../support/traces/traced-upstream.ts";

const collectors = findCollectors();
const calls = 20;

const stops: Array<() => Promise<unknown>> = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

describe("an OpenTelemetry Collector", () => {
  it.skipIf(collectors.length > 0)("is missing: set EXECUTOR_OTEL_COLLECTOR", () =>
    expect(collectors).toEqual([]),
  );

  for (const binary of collectors) {
    it.each([
      ["http/protobuf", "gzip"],
      ["http/json", "none"],
    ])("gets each call of an agent as one trace (%s, %s)", async (protocol, compression) => {
      const collector = await startCollector(binary);
      const upstream = startTracedUpstream("http://127.0.0.1:9");
      stops.push(collector.stop, upstream.stop);
      const daemon = await startDaemon({
        env: {
          OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
          OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
          OTEL_EXPORTER_OTLP_COMPRESSION: compression,
          OTEL_BSP_SCHEDULE_DELAY: "50",
        },
      });
      stops.push(daemon.stop);
      const { document } = upstream;
      await apiClient(daemon).addSource({ namespace: "items", kind: "openapi", document });
      const agent = await connectTo(daemon.url);
      for (let index = 0; index < calls; index += 1) {
        await agent.execute(`return await tools.items.get({ id: "${index}" })`);
      }
      await agent.client.close();
      const spans = () => collector.taken("traces").flatMap(spansIn);
      const ofName = (name: string) => spans().filter((span) => span.name === name);
      await until("every call came", async () => ofName("tools/call execute").length === calls);
      const requests = upstream.requests();
      expect(requests).toHaveLength(calls);
      for (const { traceparent = "" } of requests) {
        const [, traceId, spanId] = traceparent.split("-");
        const trace = spans().filter((span) => span.traceId === traceId);
        expect(trace.map(({ name }) => name).toSorted()).toEqual([
          "GET /items/{id}",
          "POST /mcp",
          "execute_tool items.get",
          "execution",
          "tools/call execute",
        ]);
        expect(trace.find(({ name }) => name === "GET /items/{id}")?.spanId).toBe(spanId);
        const ids = new Set(trace.map((span) => span.spanId));
        expect(trace.filter(({ parentSpanId = "" }) => !ids.has(parentSpanId))).toHaveLength(1);
      }
      expect(collector.complaints()).toEqual([]);
    });
  }
});
