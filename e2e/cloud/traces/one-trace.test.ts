import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { member, readSamples, sumOf, until } from "@executor/testing";
import { platformToken, startCloud } from "../../support/cloud/app.ts";
import type { CloudApp } from "../../support/cloud/app.ts";
import { cloudClient } from "../../support/cloud/client.ts";
import { dropTable } from "../../support/cloud/database.ts";
import { exportedSpans, tracedOrganization } from "../../support/cloud/traced.ts";
import type { TracedOrganization } from "../../support/cloud/traced.ts";
import type { McpClient } from "../../support/mcp/client.ts";
import { startSpanReceiver, traceEnvironment } from "../../support/traces/span-receiver.ts";
import type { SpanReceiver } from "../../support/traces/span-receiver.ts";
import { startTracedUpstream } from "../../support/traces/traced-upstream.ts";
import type { TracedUpstream } from "../../support/traces/traced-upstream.ts";

const token = "t0ken-of-the-receiver";

describe("a call of an agent in the cloud", () => {
  let receiver: SpanReceiver;
  let upstream: TracedUpstream;
  let app: CloudApp;
  let acme: TracedOrganization;
  let globex: TracedOrganization;
  let ofAcme: McpClient;
  let ofGlobex: McpClient;

  beforeAll(async () => {
    receiver = startSpanReceiver();
    upstream = startTracedUpstream("http://127.0.0.1:9");
    app = await startCloud({
      variables: {
        ...traceEnvironment(receiver),
        OTEL_EXPORTER_OTLP_HEADERS: `x-token=${token}`,
        OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test,executor.organization=nobody",
        OTEL_BLRP_SCHEDULE_DELAY: "1",
        EXECUTOR_LOG_FORMAT: "json",
        EXECUTOR_TRACE_ARGUMENTS: "true",
      },
    });
    acme = await tracedOrganization(app, "acme", upstream);
    globex = await tracedOrganization(app, "globex", upstream);
    [ofAcme, ofGlobex] = await Promise.all([acme.connect(), globex.connect()]);
  });
  afterAll(async () => {
    await Promise.all([ofAcme.client.close(), ofGlobex.client.close()]);
    await app.stop();
    await Promise.all([upstream.stop(), receiver.stop()]);
  });

  const traceOf = (traceId: string | undefined) =>
    receiver.spans().filter((span) => span.traceId === traceId);

  /** The spans of a trace, once so many have come. */
  const arrived = async (traceId: string | undefined, count: number) => {
    await until("the trace came", () => traceOf(traceId).length >= count);
    return traceOf(traceId);
  };

  it("is one trace of its organization, from the request to the upstream", async () => {
    await ofAcme.execute(`return await tools.acme.get({ id: "7", q: "argument" })`);
    const { traceparent = "" } = upstream.requests().at(-1) ?? {};
    const [, traceId, spanId] = traceparent.split("-");
    const spans = await arrived(traceId, 5);
    const named = (name: string) => spans.find((span) => span.name === name);
    const line = [
      "POST /mcp",
      "tools/call execute",
      "execution",
      "execute_tool acme.get",
      "GET /items/{id}",
    ];
    expect(spans).toHaveLength(line.length);
    expect(line.map((name) => named(name)?.parentSpanId)).toEqual([
      undefined,
      ...line.slice(0, -1).map((name) => named(name)?.spanId),
    ]);
    expect(named("GET /items/{id}")?.spanId).toBe(spanId);
    expect(named("execute_tool acme.get")?.attributes).toMatchObject({
      "gen_ai.tool.name": "acme.get",
      "executor.source": "acme",
      "executor.outcome": "ok",
    });
    for (const { resource } of spans) {
      expect(resource).toMatchObject({
        "executor.organization": acme.id,
        "service.name": "executor-cloud",
        "deployment.environment.name": "test",
      });
    }
    expect(receiver.headers()).toContain(token);
    // What an organization's calls give and get is not the platform's.
    expect(receiver.text()).not.toContain("argument");
    expect(receiver.text()).not.toContain("result-of-the-call");
  });

  it("is never under another organization's name", async () => {
    const count = upstream.requests().length;
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        index % 2 === 0
          ? ofAcme.execute("return await tools.acme.get({ id: 'a' })")
          : ofGlobex.execute("return await tools.globex.get({ id: 'g' })"),
      ),
    );
    const calls = upstream.requests().slice(count);
    expect(calls).toHaveLength(20);
    for (const { path, traceparent } of calls) {
      const spans = await arrived(traceparent?.split("-")[1], 5);
      const [mine, name] = path === "/items/a" ? [acme.id, "acme"] : [globex.id, "globex"];
      expect(spans).toHaveLength(5);
      expect(spans.map(({ resource }) => resource["executor.organization"])).toEqual(
        spans.map(() => mine),
      );
      expect(spans.map((span) => span.name)).toContain(`execute_tool ${name}.get`);
    }
    const owners = new Set(
      receiver.spans().map(({ resource }) => resource["executor.organization"]),
    );
    expect(owners).toEqual(new Set([acme.id, globex.id]));
  });

  it("is part of its caller's trace, by a header or by the message, and not traced where that is not", async () => {
    const code = "return await tools.acme.get({ id: '5' })";
    const caller = (flags: string) => {
      const traceId = crypto.randomUUID().replaceAll("-", "");
      return { traceId, traceparent: `00-${traceId}-b7ad6b7169203331-${flags}` };
    };
    const { traceId, traceparent } = caller("01");
    await acme.client.request("POST", "/api/executions", { code }, { traceparent });
    const spans = await arrived(traceId, 4);
    expect(spans.find(({ name }) => name === "POST /api/executions")?.parentSpanId).toBe(
      "b7ad6b7169203331",
    );
    const told = caller("01");
    const _meta = { traceparent: told.traceparent };
    await ofAcme.client.callTool({ name: "execute", arguments: { code }, _meta });
    await arrived(told.traceId, 4);
    const unsampled = caller("00");
    const headers = { traceparent: unsampled.traceparent };
    await acme.client.request("POST", "/api/executions", { code }, headers);
    expect(upstream.requests().at(-1)?.traceparent).toMatch(
      new RegExp(`^00-${unsampled.traceId}-[\\da-f]{16}-00$`),
    );
    // What ends after it has come, and it has not.
    const after = caller("01");
    await acme.client.request("POST", "/api/executions", { code }, after);
    await arrived(after.traceId, 4);
    expect(traceOf(unsampled.traceId)).toEqual([]);
  });

  it("leads from an exemplar of its organization to its trace, and shows neither receiver nor header", async () => {
    await globex.client.execute("return await tools.globex.get({ id: '6' })");
    const [, traceId] = upstream.requests().at(-1)?.traceparent?.split("-") ?? [];
    const accept = "application/openmetrics-text; version=1.0.0";
    const { text } = await globex.client.request("GET", "/api/metrics", undefined, { accept });
    const line = text.split("\n").find((one) => one.startsWith("executor_tool_calls_total{"));
    expect(line).toContain(`trace_id="${traceId}"`);
    for (const hidden of [token, new URL(receiver.url).host, acme.id]) {
      expect(text).not.toContain(hidden);
    }
    await arrived(traceId, 4);
  });

  it("is counted, for its organization and for the platform", async () => {
    const operator = cloudClient(app, { authorization: `Bearer ${platformToken}` });
    const counted = async () =>
      sumOf(
        readSamples((await operator.request("GET", "/api/platform/metrics")).text),
        exportedSpans,
      );
    await until("the platform counts every span", async () => {
      const [acmes, globexes] = await Promise.all([acme.client.metrics(), globex.client.metrics()]);
      const count = receiver.spans().length;
      const own = sumOf(acmes, exportedSpans) + sumOf(globexes, exportedSpans);
      return own === count && (await counted()) === count;
    });
  });

  const logged = (): ReadonlyArray<unknown> =>
    app
      .log()
      .split("\n")
      .filter((line) => line.startsWith("{") && !line.startsWith('{"url"'))
      .map((line): unknown => JSON.parse(line));

  it("has its ids in the lines that are logged for it", async () => {
    dropTable(app, "secrets");
    const { status, text } = await globex.client.request("GET", "/api/secrets");
    const traceId = member(JSON.parse(text), "traceId");
    expect(status).toBe(500);
    const find = () => logged().find((line) => member(line, "trace_id") === traceId);
    await until("the log tells of the failure", () => find() !== undefined);
    expect(find()).toMatchObject({
      level: "ERROR",
      message: "A request met something unexpected.",
      path: "/api/secrets",
      organization: globex.id,
    });
    const [request] = await arrived(String(traceId), 1);
    expect(request).toMatchObject({
      name: "GET /api/secrets",
      status: 2,
      resource: { "executor.organization": globex.id },
    });
  });

  it("has a log in JSON that says where traces go, once, and no secret", () => {
    const lines = logged();
    expect(lines.length).toBeGreaterThan(0);
    const pushed = lines.filter((line) => JSON.stringify(line).includes("Traces are pushed to "));
    expect(pushed).toEqual([
      {
        timestamp: expect.stringMatching(/^20.*Z$/),
        level: "INFO",
        message: `Traces are pushed to ${receiver.url} (http/json, sampler parentbased_always_on)`,
      },
    ]);
    expect(app.log()).toContain("OTEL_BLRP_SCHEDULE_DELAY has no effect");
    expect(app.log()).not.toContain(token);
  });
});
