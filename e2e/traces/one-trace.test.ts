import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { until } from "@executor/testing";
import { apiClient } from "../support/daemon/api-client.ts";
import { startDaemon } from "../support/daemon/daemon.ts";
import type { Daemon } from "../support/daemon/daemon.ts";
import { connectTo } from "../support/mcp/client.ts";
import type { McpClient } from "../support/mcp/client.ts";
import { startSpanReceiver, traceEnvironment } from "../support/traces/span-receiver.ts";
import type { ReceivedSpan, SpanReceiver } from "../support/traces/span-receiver.ts";
import { startTracedUpstream } from "../support/traces/traced-upstream.ts";
import type { TracedUpstream } from "../support/traces/traced-upstream.ts";

const kinds = { internal: 1, server: 2, client: 3 } as const;
const callerSpan = "b7ad6b7169203331";
const secret = "s3cret-of-the-source";

/** A caller's trace of its own for each test. */
const newTraceId = () => crypto.randomUUID().replaceAll("-", "");

describe("a call of an agent", () => {
  let receiver: SpanReceiver;
  let elsewhere: TracedUpstream;
  let upstream: TracedUpstream;
  let daemon: Daemon;
  let agent: McpClient;

  beforeAll(async () => {
    receiver = startSpanReceiver();
    elsewhere = startTracedUpstream("http://127.0.0.1:9");
    upstream = startTracedUpstream(elsewhere.origin);
    daemon = await startDaemon({ env: traceEnvironment(receiver) });
    const client = apiClient(daemon);
    const headers = { "x-key": secret };
    const { document } = upstream;
    await client.addSource({ namespace: "items", kind: "openapi", document, headers });
    await client.addSource({ namespace: "quiet", kind: "openapi", document, ...untold });
    const mcp = { namespace: "other", kind: "mcp", url: upstream.mcpUrl };
    expect((await daemon.request("POST", "/api/sources", mcp)).status).toBe(201);
    agent = await connectTo(daemon.url);
  });
  afterAll(async () => {
    await agent.client.close();
    await daemon.stop();
    await Promise.all([upstream.stop(), elsewhere.stop(), receiver.stop()]);
  });

  const untold = { traceContext: false };

  /** Runs code by MCP as part of a caller's trace; the spans of it, once that of the request has come. */
  const trace = async (code: string, flags = "01"): Promise<ReadonlyArray<ReceivedSpan>> => {
    const traceId = newTraceId();
    const _meta = { traceparent: `00-${traceId}-${callerSpan}-${flags}`, tracestate: "vendor=1" };
    const params = { name: "execute", arguments: { code }, _meta };
    await agent.client.callTool(params);
    const spans = () => receiver.spans().filter((span) => span.traceId === traceId);
    if (flags === "00") return spans();
    await until("the request's span came", async () =>
      spans().some(({ name }) => name === "tools/call execute"),
    );
    return spans();
  };

  const named = (spans: ReadonlyArray<ReceivedSpan>, name: string): ReceivedSpan => {
    const found = spans.filter((span) => span.name === name);
    if (found[0] === undefined || found.length > 1) {
      throw new Error(
        `${found.length} spans are ${name}: ${spans.map((span) => span.name).join()}`,
      );
    }
    return found[0];
  };

  it("is one trace, from the message to the upstream's request", async () => {
    const spans = await trace(`return await tools.items.get({ id: "7", q: "argument" })`);
    const request = named(spans, "tools/call execute");
    const execution = named(spans, "execution");
    const call = named(spans, "execute_tool items.get");
    const http = named(spans, "GET /items/{id}");
    expect(spans).toHaveLength(4);
    expect([request, execution, call, http].map(({ parentSpanId }) => parentSpanId)).toEqual([
      callerSpan,
      request.spanId,
      execution.spanId,
      call.spanId,
    ]);
    expect([request, execution, call, http].map(({ kind }) => kind)).toEqual([
      kinds.server,
      kinds.internal,
      kinds.internal,
      kinds.client,
    ]);
    expect(upstream.requests().at(-1)).toEqual({
      path: "/items/7",
      traceparent: `00-${http.traceId}-${http.spanId}-01`,
      tracestate: "vendor=1",
      b3: undefined,
    });
  });

  it("has the attributes of the conventions, and neither arguments, results nor credentials", async () => {
    const spans = await trace(`return await tools.items.get({ id: "7", q: "argument" })`);
    expect(named(spans, "tools/call execute").attributes).toMatchObject({
      "mcp.method.name": "tools/call",
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": "execute",
      "mcp.protocol.version": "2025-11-25",
      "network.transport": "tcp",
    });
    expect(named(spans, "execution").attributes).toMatchObject({
      "executor.execution.status": "completed",
      "executor.execution.trigger": "mcp",
      "executor.execution.tool_calls": "1",
    });
    expect(named(spans, "execute_tool items.get").attributes).toEqual({
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": "items.get",
      "gen_ai.tool.type": "extension",
      "executor.source": "items",
      "executor.outcome": "ok",
    });
    expect(named(spans, "GET /items/{id}").attributes).toEqual({
      "executor.source": "items",
      "http.request.method": "GET",
      "http.response.status_code": "200",
      "server.address": "127.0.0.1",
      "server.port": new URL(upstream.origin).port,
      "url.scheme": "http",
      "url.template": "/items/{id}",
      "url.full": `${upstream.origin}/items/{id}?q=REDACTED`,
    });
    for (const hidden of ["argument", "result-of-the-call", secret, "tools.items"]) {
      expect(receiver.text()).not.toContain(hidden);
    }
  });

  it("has the HTTP request as a link where the message names its own parent, and else as the parent", async () => {
    const linked = named(await trace("return 1"), "tools/call execute");
    const posts = () => receiver.spans().filter(({ name }) => name === "POST /mcp");
    await until("the HTTP span came", async () =>
      posts().some(({ spanId }) => linked.links.includes(spanId)),
    );
    const count = receiver.spans().length;
    await agent.execute("return 2");
    const below = () => receiver.spans().slice(count);
    await until("all spans came", async () => {
      const names = below().map(({ name }) => name);
      return names.includes("POST /mcp") && names.includes("tools/call execute");
    });
    const request = named(below(), "tools/call execute");
    expect(posts().map(({ spanId }) => spanId)).toContain(request.parentSpanId);
    expect(request.links).toEqual([]);
  });

  it("says what failed", async () => {
    const spans = await trace(`
      await tools.items.busy({}).catch(() => {});
      await tools.items.nothing({}).catch(() => {});
      throw new Error("broken-by-the-code");
    `);
    expect(named(spans, "execution")).toMatchObject({ status: 2 });
    expect(named(spans, "execution").attributes["error.type"]).toBe("failed");
    expect(named(spans, "tools/call execute").attributes["error.type"]).toBe("tool_error");
    expect(named(spans, "GET /busy")).toMatchObject({ status: 2 });
    expect(named(spans, "GET /busy").attributes["error.type"]).toBe("503");
    expect(named(spans, "execute_tool items.busy").attributes).toMatchObject({
      "error.type": "503",
      "executor.outcome": "upstream_error",
    });
    expect(named(spans, "execute_tool _OTHER").attributes["error.type"]).toBe("unknown_tool");
    expect(receiver.text()).not.toContain("broken-by-the-code");
  });

  it("tells the trace to a redirect's target of the same origin, and to no other", async () => {
    const spans = await trace(`await tools.items.moved({}); await tools.items.away({})`);
    const [moved, item] = upstream.requests().slice(-3);
    expect([moved?.path, item?.path]).toEqual(["/moved", "/items/7"]);
    expect(item?.traceparent).toMatch(/^00-/);
    expect(item?.traceparent).not.toBe(moved?.traceparent);
    expect(elsewhere.requests()).toEqual([
      { path: "/items/8", traceparent: undefined, tracestate: undefined, b3: undefined },
    ]);
    const redirected = spans.filter(({ name }) => name === "GET");
    expect(redirected.map(({ attributes }) => attributes["http.request.resend_count"])).toEqual([
      "1",
      "1",
    ]);
  });

  it("tells no trace to a source that is not to know", async () => {
    const spans = await trace(`return await tools.quiet.get({ id: "9" })`);
    expect(named(spans, "GET /items/{id}").attributes["executor.source"]).toBe("quiet");
    expect(upstream.requests().at(-1)).toMatchObject({ path: "/items/9", traceparent: undefined });
  });

  it("tells an MCP server the trace in the message, by the span of the tool call", async () => {
    const spans = await trace("return await tools.other.look({})");
    const call = named(spans, "execute_tool other.look");
    expect(call.kind).toBe(kinds.client);
    expect(call.attributes).toMatchObject({
      "mcp.method.name": "tools/call",
      "network.transport": "tcp",
      "server.port": new URL(upstream.origin).port,
    });
    expect(upstream.metas().at(-1)).toMatchObject({
      traceparent: `00-${call.traceId}-${call.spanId}-01`,
      tracestate: "vendor=1",
    });
  });

  it("is not traced where its caller does not sample, and the upstream is told that", async () => {
    const before = receiver.spans().length;
    expect(await trace(`return await tools.items.get({ id: "5" })`, "00")).toEqual([]);
    expect(upstream.requests().at(-1)?.traceparent).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-00$/);
    await trace("return 3");
    const names = receiver
      .spans()
      .slice(before)
      .map(({ name }) => name);
    expect(names.filter((name) => name === "execution")).toHaveLength(1);
  });

  it("leads from an exemplar to its trace", async () => {
    const spans = await trace(`return await tools.items.get({ id: "6" })`);
    const accept = "application/openmetrics-text; version=1.0.0";
    const { text } = await daemon.request("GET", "/api/metrics", undefined, { accept });
    const exemplarOf = (start: string) =>
      /trace_id="([\da-f]+)",span_id="([\da-f]+)"/
        .exec(text.split("\n").find((line) => line.startsWith(start)) ?? "")
        ?.slice(1);
    const call = named(spans, "execute_tool items.get");
    const calls = 'executor_tool_calls_total{executor_source="items",mcp_tool_name="items.get"';
    expect(exemplarOf(calls)).toEqual([call.traceId, call.spanId]);
  });
});

describe("the arguments of a call", () => {
  it("are in its trace where the operator asks for them, without the source's credentials", async () => {
    const receiver = startSpanReceiver();
    const upstream = startTracedUpstream("http://127.0.0.1:9");
    const env = { ...traceEnvironment(receiver), EXECUTOR_TRACE_ARGUMENTS: "true" };
    const daemon = await startDaemon({ env });
    const client = apiClient(daemon);
    const { document } = upstream;
    const headers = { "x-key": secret };
    await client.addSource({ namespace: "items", kind: "openapi", document, headers });
    await client.execute(
      `return await tools.items.get({ id: "seven", q: "argument and ${secret}" })`,
    );
    const call = () => receiver.spans().find(({ name }) => name === "execute_tool items.get");
    await until("the call's span came", async () => call() !== undefined);
    await daemon.stop();
    const given = String(call()?.attributes["gen_ai.tool.call.arguments"]);
    expect(given).toMatch(/"id":"seven","q":"argument and /);
    expect(call()?.attributes["gen_ai.tool.call.result"]).toContain("result-of-the-call");
    const http = receiver.spans().find(({ name }) => name === "GET /items/{id}");
    expect(http?.attributes["url.full"]).toMatch(/\/items\/seven\?q=argument/);
    expect(receiver.text()).not.toContain(secret);
    await Promise.all([upstream.stop(), receiver.stop()]);
  });
});

describe("a daemon without an endpoint for traces", () => {
  it("tells upstreams no trace and keeps no exemplars", async () => {
    const upstream = startTracedUpstream("http://127.0.0.1:9");
    const daemon = await startDaemon();
    const client = apiClient(daemon);
    const { document } = upstream;
    await client.addSource({ namespace: "items", kind: "openapi", document });
    const traceparent = `00-${newTraceId()}-${callerSpan}-01`;
    const body = { code: `return await tools.items.get({ id: "7" })` };
    await daemon.request("POST", "/api/executions", body, { traceparent });
    const accept = "application/openmetrics-text; version=1.0.0";
    const { text } = await daemon.request("GET", "/api/metrics", undefined, { accept });
    await daemon.stop();
    await upstream.stop();
    expect(upstream.requests().map((request) => request.traceparent)).toEqual([undefined]);
    expect(text).toContain('mcp_tool_name="items.get"');
    expect(text).not.toContain("trace_id");
  });
});
