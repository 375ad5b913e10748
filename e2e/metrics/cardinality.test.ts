import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { Schema } from "effect";
import { randomBytes } from "node:crypto";
import { startDaemon } from "../support/daemon/daemon.ts";
import type { Daemon } from "../support/daemon/daemon.ts";
import { readSamples, sumOf } from "@executor/testing";
import type { Sample } from "@executor/testing";
import { initialize, mcpHeaders } from "../support/mcp/initialize.ts";

/** How many values of each kind are made up; 100,000 in all kinds with `EXECUTOR_ATTACK=25000`. */
const attack = Number(process.env["EXECUTOR_ATTACK"] ?? "2500");

/** Real tools, and the label sets that their calls may have. */
const tools = 300;
const budget = 50;

const mebibyte = 1024 * 1024;

const random = (): string => randomBytes(12).toString("hex");

const operation = (index: number): readonly [string, unknown] => [
  `/t${index}`,
  { get: { operationId: `tool${index}`, responses: { default: { description: "The answer" } } } },
];

const Execution = Schema.Struct({
  status: Schema.String,
  output: Schema.NullOr(Schema.Struct({ value: Schema.Unknown })),
});

describe("a daemon under made-up names", () => {
  let daemon: Daemon;
  let upstream: ReturnType<typeof Bun.serve>;
  let before: ReadonlyArray<Sample>;

  beforeAll(async () => {
    upstream = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => Response.json({}) });
    daemon = await startDaemon({
      env: { EXECUTOR_METRICS_MAX_SERIES_PER_METRIC: `executor.tool.calls=${budget}` },
    });
    await add("real");
    // What each attack may record is there before the first made-up value.
    for (const kind of kinds) await kind.run(100);
    for (let scrapes = 0; scrapes < 2; scrapes += 1) before = await scrape();
  });
  afterAll(async () => {
    await daemon.stop();
    await upstream.stop(true);
  });

  const add = async (namespace: string): Promise<void> => {
    const added = await daemon.request("POST", "/api/sources", {
      namespace,
      kind: "openapi",
      document: JSON.stringify({
        openapi: "3.0.3",
        info: { title: "Real", version: "1" },
        servers: [{ url: `http://127.0.0.1:${upstream.port}` }],
        paths: Object.fromEntries(Array.from({ length: tools }, (_, index) => operation(index))),
      }),
    });
    expect(added.status).toBe(201);
  };

  const scrape = async (): Promise<ReadonlyArray<Sample>> =>
    readSamples((await daemon.request("GET", "/api/metrics")).text);

  const execute = async (code: string) => {
    const reply = await daemon.request("POST", "/api/executions", { code });
    return Schema.decodeUnknownSync(Execution)(reply.json());
  };

  /** Sends so many requests, some at once. */
  const send = async (count: number, one: () => Promise<unknown>): Promise<void> => {
    let left = count;
    const worker = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        await one();
      }
    };
    await Promise.all(Array.from({ length: 16 }, worker));
  };

  const callUnknownTools = async (count: number): Promise<void> => {
    const perRun = 500;
    for (let done = 0; done < count; done += perRun) {
      const { status, output } = await execute(`
        let refused = 0;
        for (let i = 0; i < ${Math.min(perRun, count - done)}; i += 1) {
          const name = "n" + Math.random().toString(36).slice(2) + i;
          await (i % 2 === 0 ? tools.real[name]({}) : tools[name].list({})).catch(() => { refused += 1; });
        }
        return refused;`);
      expect(status).toBe("completed");
      expect(output?.value).toBe(Math.min(perRun, count - done));
    }
  };

  const nameClients = (count: number): Promise<void> =>
    send(count, async () => {
      const request = initialize(random(), random());
      const reply = await daemon.request("POST", "/mcp", request, mcpHeaders);
      expect(reply.status).toBe(200);
      const session = reply.headers.get("mcp-session-id") ?? "";
      await daemon.request("DELETE", "/mcp", undefined, { "mcp-session-id": session });
    });

  const kinds: ReadonlyArray<{
    readonly what: string;
    readonly run: (count: number) => Promise<void>;
  }> = [
    { what: "tools", run: callUnknownTools },
    { what: "clients", run: nameClients },
    {
      what: "paths",
      run: (count) =>
        send(count, () =>
          daemon
            .request("GET", `/${random()}/${random()}`)
            .then(() => daemon.request("GET", `/api/tools/${random()}.${random()}`)),
        ),
    },
    {
      what: "methods and headers",
      run: (count) =>
        send(count, () =>
          daemon.request("PURGE", "/api/health", undefined, {
            accept: `text/${random()}`,
            "user-agent": random(),
            [`x-${random()}`]: random(),
            traceparent: `00-${randomBytes(16).toString("hex")}-${randomBytes(8).toString("hex")}-01`,
          }),
        ),
    },
  ];

  const identities = (samples: ReadonlyArray<Sample>): ReadonlyArray<string> =>
    samples.map(({ name, labels }) => `${name}${JSON.stringify(labels)}`).toSorted();

  it("keeps the series that it had, and its memory", { timeout: 600_000 }, async () => {
    const memory = (samples: ReadonlyArray<Sample>) =>
      sumOf(samples, "process_memory_usage_bytes") / mebibyte;
    for (const { what, run } of kinds) {
      const began = performance.now();
      await run(attack);
      console.log(`${what}: ${attack} in ${((performance.now() - began) / 1_000).toFixed(0)} s`);
      expect({ what, series: identities(await scrape()) }).toEqual({
        what,
        series: identities(before),
      });
    }
    const after = await scrape();
    console.log(
      `${after.length} series, ${memory(before).toFixed(0)} MiB before, ${memory(after).toFixed(0)} MiB after`,
    );
    expect(memory(after)).toBeLessThan(memory(before) + 150);
  });

  it("counts every one of them", async () => {
    const after = await scrape();
    const grew = (name: string, labels: Record<string, string> = {}) =>
      sumOf(after, name, labels) - sumOf(before, name, labels);
    expect(grew("executor_tool_calls_total", { mcp_tool_name: "_OTHER" })).toBe(attack);
    expect(grew("executor_client_requests_total", { mcp_client_name: "_OTHER" })).toBe(attack);
    const requests = "http_server_request_duration_seconds_count";
    expect(grew(requests, { http_request_method: "_OTHER" })).toBe(attack);
    expect(grew(requests, { http_route: "/api/tools/:address" })).toBe(attack);
    expect(grew(requests, { http_route: "/mcp", http_request_method: "POST" })).toBe(attack);
    expect(grew("executor_metrics_overflow_total")).toBe(0);
  });

  it("keeps within a budget what is real, and loses no call of it", async () => {
    const calls = "executor_tool_calls_total";
    const start = await scrape();
    const rounds = 3;
    for (let round = 0; round < rounds; round += 1) {
      const { output } = await execute(`
        const names = Array.from({ length: ${tools} }, (_, index) => "tool" + index);
        return (await Promise.all(names.map((name) => tools.real[name]({})))).length;`);
      expect(output?.value).toBe(tools);
    }
    const end = await scrape();
    const sets = end.filter(({ name }) => name === calls);
    const overflow = { otel_metric_overflow: "true" };
    expect(sets.filter(({ labels }) => labels["otel_metric_overflow"] === undefined)).toHaveLength(
      budget,
    );
    expect(sumOf(end, calls) - sumOf(start, calls)).toBe(tools * rounds);
    expect(sumOf(end, calls, overflow)).toBe(
      sumOf(end, "executor_metrics_overflow_total", { metric: "executor.tool.calls" }),
    );
    expect(sumOf(end, "executor_metrics_series", { metric: "executor.tool.calls" })).toBe(budget);
    expect(
      sumOf(end, "executor_tool_call_duration_seconds_count", { executor_source: "real" }),
    ).toBe(tools * rounds);
  });

  it("keeps within the budgets what removed sources leave behind", async () => {
    const start = await scrape();
    const rounds = 10;
    for (let round = 0; round < rounds; round += 1) {
      const namespace = `passing${round}`;
      await add(namespace);
      const { output } = await execute(`
        const names = Array.from({ length: ${tools} }, (_, index) => "tool" + index);
        return (await Promise.all(names.map((name) => tools.${namespace}[name]({})))).length;`);
      expect(output?.value).toBe(tools);
      expect((await daemon.request("DELETE", `/api/sources/${namespace}`)).status).toBeLessThan(
        300,
      );
    }
    const end = await scrape();
    const fuller = end
      .filter(
        ({ name, labels }) => name === "executor_metrics_series" && labels["metric"] !== "_OTHER",
      )
      .filter(({ labels, value }) => value > sumOf(end, "executor_metrics_series_limit", labels));
    expect(fuller).toEqual([]);
    const grew = (name: string) => sumOf(end, name) - sumOf(start, name);
    for (const name of [
      "executor_tool_calls_total",
      "executor_tool_call_duration_seconds_count",
      "http_client_request_duration_seconds_count",
    ]) {
      expect({ name, calls: grew(name) }).toEqual({ name, calls: tools * rounds });
    }
    expect(
      sumOf(end, "executor_tool_call_duration_seconds_count", { mcp_tool_name: "_OTHER" }),
    ).toBeGreaterThan(tools * rounds);
    expect(end.filter(({ name }) => name === "executor_source_up").length).toBe(
      start.filter(({ name }) => name === "executor_source_up").length,
    );
  });
});
