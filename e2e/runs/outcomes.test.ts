import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { readSamples, sumOf, until } from "@executor/testing";
import { startDaemon } from "../support/daemon/daemon.ts";
import type { Daemon } from "../support/daemon/daemon.ts";
import { startTrafficUpstream } from "../support/metrics/traffic-upstream.ts";
import type { TrafficUpstream } from "../support/metrics/traffic-upstream.ts";

describe("calls that end without a result", () => {
  let daemon: Daemon;
  let upstream: TrafficUpstream;

  beforeAll(async () => {
    upstream = startTrafficUpstream();
    daemon = await startDaemon();
    const source = { namespace: "shop", kind: "openapi", document: upstream.document };
    await daemon.request("POST", "/api/sources", source);
  });
  afterAll(async () => {
    await daemon.stop();
    await upstream.stop();
  });

  const sum = async (name: string, labels: Record<string, string> = {}): Promise<number> =>
    sumOf(readSamples((await daemon.request("GET", "/api/metrics")).text), name, {
      executor_source: "shop",
      ...labels,
    });
  const calls = (outcome: string) => sum("executor_source_calls_total", { outcome });
  const requests = (error: string) =>
    sum("http_client_request_duration_seconds_count", { error_type: error });
  const failures = () => sum("executor_tool_call_errors_total");

  it("are cancelled, and no failures, where the client of the API goes away", async () => {
    expect([await calls("cancelled"), await requests("cancelled")]).toEqual([0, 0]);
    const leaving = new AbortController();
    const run = fetch(`${daemon.url}/api/executions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ code: "return await tools.shop.slow({})" }),
      signal: leaving.signal,
    }).catch(() => "left");
    await until("the upstream has the request", async () => upstream.slowRequests() === 1);
    leaving.abort();
    expect(await run).toBe("left");
    await until("it is counted", async () => (await calls("cancelled")) === 1);
    expect([await requests("cancelled"), await failures()]).toEqual([1, 0]);
  });

  it("are cancelled, and no failures, where the code does not wait for them", async () => {
    const code = "tools.shop.slow({}); return await tools.shop.list({})";
    await daemon.request("POST", "/api/executions", { code });
    expect([await calls("cancelled"), await calls("ok"), await failures()]).toEqual([2, 1, 0]);
  });

  it("are too large beyond Executor's own limit, and no failure of the upstream", async () => {
    const code = "return await tools.shop.huge({}).catch(({ code }) => code)";
    const reply = await daemon.request("POST", "/api/executions", { code });
    expect(reply.json()).toMatchObject({ output: { value: "too_large" } });
    expect([await calls("too_large"), await calls("upstream_error")]).toEqual([1, 0]);
    expect([await requests("response_too_large"), await failures()]).toEqual([1, 1]);
  });

  it("tell that nobody answers", async () => {
    await upstream.stop();
    const code = "return await tools.shop.list({}).catch(({ code }) => code)";
    const reply = await daemon.request("POST", "/api/executions", { code });
    expect(reply.json()).toMatchObject({ output: { value: "upstream_error" } });
    expect([await calls("upstream_error"), await requests("connection_error")]).toEqual([1, 1]);
  });
});
