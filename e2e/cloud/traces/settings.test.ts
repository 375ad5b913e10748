import { afterEach, describe, expect, it } from "@effect/vitest";
import { sumOf, until } from "@executor/testing";
import { findCollectors, startCollector } from "@executor/testing/collector";
import { startCloud } from "../../support/cloud/app.ts";
import { exportedSpans, tracedOrganization } from "../../support/cloud/traced.ts";
import {
  spansIn,
  startSpanReceiver,
  traceEnvironment,
} from "../../support/traces/span-receiver.ts";
import { startTracedUpstream } from "../../support/traces/traced-upstream.ts";

const collectors = findCollectors();

const stops: Array<() => Promise<unknown>> = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

const start = async (
  variables: Readonly<Record<string, string>>,
  options: { readonly allowsPrivate?: boolean } = {},
) => {
  const upstream = startTracedUpstream("http://127.0.0.1:9");
  const app = await startCloud({ variables, ...options });
  stops.push(upstream.stop, app.stop);
  return { app, upstream };
};

const code = "return await tools.acme.get({ id: '7' })";

describe("traces of the cloud", () => {
  it("are as many as the sampler takes, exactly", async () => {
    const receiver = startSpanReceiver();
    stops.push(receiver.stop);
    const { app, upstream } = await start({
      ...traceEnvironment(receiver),
      OTEL_TRACES_SAMPLER: "traceidratio",
      OTEL_TRACES_SAMPLER_ARG: "0.3",
    });
    const acme = await tracedOrganization(app, "acme", upstream);
    for (let index = 0; index < 60; index += 1) await acme.client.execute(code);
    const requests = upstream.requests();
    const taken = requests.flatMap(({ traceparent = "" }) => {
      const [, traceId = "", , flags] = traceparent.split("-");
      const isBelow = Number.parseInt(traceId.slice(-14), 16) < 0.3 * 2 ** 56;
      expect(flags).toBe(isBelow ? "01" : "00");
      return isBelow ? [traceId] : [];
    });
    expect(requests).toHaveLength(60);
    const came = () => receiver.spans().filter(({ name }) => name === "execution");
    await until("all came that were taken", () => came().length >= taken.length);
    const samples = await acme.client.metrics();
    expect(
      came()
        .map(({ traceId }) => traceId)
        .toSorted(),
    ).toEqual(taken.toSorted());
    expect(sumOf(samples, exportedSpans)).toBe(receiver.spans().length);
  });

  it("are not there without an endpoint, and upstreams are told none", async () => {
    const { app, upstream } = await start({ OTEL_SERVICE_NAME: "nobody" });
    const acme = await tracedOrganization(app, "acme", upstream);
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    await acme.client.request("POST", "/api/executions", { code }, { traceparent });
    const accept = "application/openmetrics-text; version=1.0.0";
    const { text } = await acme.client.request("GET", "/api/metrics", undefined, { accept });
    expect(upstream.requests().map((request) => request.traceparent)).toEqual([undefined]);
    expect(text).toContain('mcp_tool_name="acme.get"');
    expect(text).not.toMatch(/trace_id|otel_sdk|traces_export/);
    expect(app.log()).not.toContain("Traces");
  });

  it("reach a receiver at a private address, which sources do not", async () => {
    const receiver = startSpanReceiver();
    stops.push(receiver.stop);
    const variables = { ...traceEnvironment(receiver), EXECUTOR_PRIVATE_UPSTREAMS: "false" };
    const { app, upstream } = await start(variables, { allowsPrivate: false });
    const acme = await tracedOrganization(app, "acme", upstream);
    const { status, error } = await acme.client.execute(code);
    expect(status).toBe("failed");
    expect(error?.message).toContain("ADDRESS_NOT_PUBLIC");
    expect(upstream.requests()).toEqual([]);
    const { origin } = new URL(receiver.url);
    for (const url of [receiver.url, origin, `${origin}/v1/traces?x`]) {
      const source = { namespace: "sneaky", kind: "openapi", url };
      expect((await acme.client.request("POST", "/api/sources", source)).status).not.toBe(201);
    }
    await until("the trace came", () =>
      receiver.spans().some(({ name }) => name === "execute_tool acme.get"),
    );
    expect(receiver.headers()).not.toContain('"GET"');
    const failed = receiver.spans().find(({ name }) => name === "GET /items/{id}");
    expect(failed).toMatchObject({ status: 2, resource: { "executor.organization": acme.id } });
  });

  it("stop nothing where their settings are wrong, and the log tells", async () => {
    const { app, upstream } = await start({
      OTEL_EXPORTER_OTLP_ENDPOINT: "https://127.0.0.1:9",
      OTEL_EXPORTER_OTLP_CERTIFICATE: "/etc/ssl/receiver.pem",
      OTEL_TRACES_SAMPLER: "sometimes",
      OTEL_PROPAGATORS: "b3",
    });
    const acme = await tracedOrganization(app, "acme", upstream);
    expect((await acme.client.execute(code)).status).toBe("completed");
    expect(app.log()).toMatch(/receiver\.pem, which cannot be read.* Traces are not pushed/);
    expect(app.log()).toContain("OTEL_PROPAGATORS has no effect");
    expect(upstream.requests().map((request) => request.traceparent)).toEqual([undefined]);
  });
});

describe("an OpenTelemetry Collector", () => {
  it.skipIf(collectors.length > 0)("is missing: set EXECUTOR_OTEL_COLLECTOR", () =>
    expect(collectors).toEqual([]),
  );

  for (const binary of collectors) {
    it.each([
      ["http/protobuf", "gzip"],
      ["http/json", "none"],
    ])("gets the cloud's traces by organization (%s, %s)", async (protocol, compression) => {
      const collector = await startCollector(binary);
      stops.push(collector.stop);
      const { app, upstream } = await start({
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
        OTEL_EXPORTER_OTLP_COMPRESSION: compression,
        OTEL_BSP_SCHEDULE_DELAY: "50",
      });
      const acme = await tracedOrganization(app, "acme", upstream);
      const agent = await acme.connect();
      for (let index = 0; index < 10; index += 1) await agent.execute(code);
      await agent.client.close();
      const spans = () => collector.taken("traces").flatMap(spansIn);
      for (const { traceparent = "" } of upstream.requests()) {
        const [, traceId, spanId] = traceparent.split("-");
        const trace = () => spans().filter((span) => span.traceId === traceId);
        await until("the trace came", () => trace().length === 5);
        expect(trace().find(({ name }) => name === "GET /items/{id}")?.spanId).toBe(spanId);
        expect(trace().map(({ resource }) => resource["executor.organization"])).toEqual(
          trace().map(() => acme.id),
        );
      }
      expect(upstream.requests()).toHaveLength(10);
      expect(collector.complaints()).toEqual([]);
    });
  }
});
