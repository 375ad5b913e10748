import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { pathToFileURL } from "node:url";
import { apiClient } from "../support/daemon/api-client.ts";
import { startDaemon } from "../support/daemon/daemon.ts";
import type { Daemon } from "../support/daemon/daemon.ts";
import { startGateway } from "../support/daemon/gateway.ts";
import type { Gateway } from "../support/daemon/gateway.ts";
import { githubDescription, startPrism } from "../support/upstreams/peers.ts";
import type { Upstream } from "../support/upstreams/peers.ts";
import { findPrometheus, startPrometheus } from "@executor/testing/prometheus";
import type { RunningPrometheus } from "@executor/testing/prometheus";

/** GitHub's description served by Prism; the daemon; an agent's code. Tests build on those above them. */
describe("GitHub as a source", () => {
  let prism: Upstream;
  let gateway: Gateway;
  let daemon: Daemon;

  const stops: Array<() => Promise<void>> = [];

  beforeAll(async () => {
    daemon = await startDaemon();
    stops.push(daemon.stop);
    prism = await startPrism(githubDescription());
    stops.push(prism.stop);
    gateway = startGateway(prism.url, (path) =>
      path.startsWith("/repos/octocat/missing") ? "code=404" : undefined,
    );
    stops.push(gateway.stop);
  });

  afterAll(async () => {
    for (const stop of stops.toReversed()) await stop();
  });

  const client = () => apiClient(daemon);
  const counted = (name: string, labels: Record<string, string> = {}) =>
    client().counted(name, labels);

  it("becomes tools", async () => {
    const source = await client().addSource({
      namespace: "github",
      kind: "openapi",
      url: pathToFileURL(githubDescription()).href,
      baseUrl: gateway.url,
    });
    expect(source).toMatchObject({ namespace: "github", kind: "openapi", url: gateway.url });
    expect(source.toolCount).toBe(1223);
    expect(await counted("executor_source_tools", { executor_source: "github" })).toBe(1223);
  });

  it("is found and described over the API", async () => {
    const { items } = await client().searchTools({
      query: "get a repository",
      namespace: "github",
    });
    expect(items.map((tool) => tool.address)).toContain("github.repos.get");
    const tool = await client().tool("github.repos.get");
    expect(tool.inputSchema).toMatchObject({
      type: "object",
      required: ["owner", "repo"],
      properties: { owner: { type: "string" }, repo: { type: "string" } },
    });
    expect(tool.annotations).toEqual({
      readOnly: true,
      destructive: false,
      requiresApproval: false,
    });
  });

  it("describes each of its tools in a short answer, and what that leaves out to who asks", async () => {
    const addresses: Array<string> = [];
    let next: string | null = "";
    while (next !== null) {
      const page = await client().searchTools({
        namespace: "github",
        limit: "1000",
        ...(next === "" ? {} : { cursor: next }),
      });
      addresses.push(...page.items.map((tool) => tool.address));
      next = page.nextCursor;
    }
    const execution = await client().execute(`
      const lengths: number[] = [];
      for (const path of ${JSON.stringify(addresses)}) {
        lengths.push(JSON.stringify(await tools.describe({ path })).length);
      }
      const path = "github.repos.get";
      const whole = await tools.describe({ path });
      const { $ref: at } = whole.outputSchema;
      const part = await tools.describe({ path, at });
      const deeper = await tools.describe({ path, at: at + "/properties/owner" });
      return {
        count: lengths.length,
        input: Object.keys(whole.inputSchema.properties),
        part: Object.keys(part.value.properties).includes("full_name"),
        deeper: deeper.value.$ref,
        isShort: Math.max(...lengths, JSON.stringify(part).length) <= 8000 && Math.max(...lengths) > 7000,
      };
    `);
    expect(execution.error).toBeNull();
    const value = execution.output?.value;
    expect(value).toMatchObject({
      count: 1223,
      input: ["owner", "repo"],
      part: true,
      deeper: "#/$defs/simple-user",
      isShort: true,
    });
  });

  it("answers an agent that searches, describes and calls", async () => {
    const execution = await client().execute(`
      const found = await tools.search({ query: "get a repository", namespace: "github" });
      const described = await tools.describe({ path: "github.repos.get" });
      console.log("found", found.length);
      const repo: { full_name: string } = await tools.github.repos.get({ owner: "octocat", repo: "Hello-World" });
      return {
        found: found.map((tool: { path: string }) => tool.path),
        required: described.inputSchema.required,
        name: repo.full_name,
      };
    `);
    expect(execution).toMatchObject({
      status: "completed",
      trigger: "api",
      toolCalls: 3,
      error: null,
      output: {
        value: { required: ["owner", "repo"], name: "octocat/Hello-World" },
        truncated: false,
      },
    });
    expect(execution.output?.value).toHaveProperty(
      "found",
      expect.arrayContaining(["github.repos.get"]),
    );
    expect(execution.console).toHaveLength(1);
    expect(await client().execution(execution.id)).toEqual(execution);
  });

  it("answers calls in parallel", async () => {
    const execution = await client().execute(`
      const pages = await Promise.all(Array.from({ length: 20 }, (_, page) =>
        tools.github.issues.listForRepo({ owner: "octocat", repo: "Hello-World", per_page: 5, page: page + 1 })));
      return pages.map((issues) => issues.length);
    `);
    expect(execution).toMatchObject({ status: "completed", error: null });
    expect(execution.output?.value).toEqual(Array.from({ length: 20 }, () => 1));
  });

  it("passes on what the upstream refuses", async () => {
    const execution = await client().execute(`
      try {
        await tools.github.repos.get({ owner: "octocat", repo: "missing" });
      } catch (error) {
        return { code: error.code, status: error.status, message: error.message };
      }
    `);
    expect(execution).toMatchObject({
      status: "completed",
      output: { value: { code: "upstream_error", status: 404, message: expect.any(String) } },
    });
  });

  it("checks input before it is sent", async () => {
    const sent = gateway.requests().length;
    const execution = await client().execute(`
      const failures = [];
      for (const input of [{ owner: "octocat" }, { owner: "octocat", repo: 7 }, { owner: "octocat", repo: "x", rpeo: "y" }]) {
        await tools.github.repos.get(input).catch((error) => failures.push(error.code + ": " + error.message));
      }
      return failures;
    `);
    expect(execution.output?.value).toEqual([
      expect.stringMatching(/^invalid_input: .*repo/s),
      expect.stringMatching(/^invalid_input: .*repo/s),
      expect.stringMatching(/^invalid_input: .*rpeo/s),
    ]);
    expect(gateway.requests()).toHaveLength(sent);
  });

  it("sends no write without an approval", async () => {
    const sent = gateway.requests().length;
    const paused = await client().execute(
      `await tools.github.repos.delete({ owner: "octocat", repo: "Hello-World" })`,
    );
    expect(paused).toMatchObject({
      status: "paused",
      approvals: [{ address: "github.repos.delete" }],
    });
    const approvalId = paused.approvals[0]?.id ?? "none";
    const declined = await client().resume(paused.id, { approvalId, action: "decline" });
    expect(declined).toMatchObject({ status: "failed", output: null });
    expect(declined.error?.message).toMatch(/declined/);
    expect(gateway.requests()).toHaveLength(sent);
  });

  it("says what a name that leads nowhere may have meant", async () => {
    const execution = await client().execute(`return await tools.github.repos.gett({})`);
    expect(execution.status).toBe("failed");
    expect(execution.error?.message).toContain("github.repos.get");
  });

  it("counts every call once, told apart by its outcome", async () => {
    const name = "executor_tool_calls_total";
    const call = (tool: string, outcome: string) => counted(name, { mcp_tool_name: tool, outcome });
    expect(await call("github.repos.get", "ok")).toBe(1);
    expect(await call("github.repos.get", "upstream_error")).toBe(1);
    expect(await call("github.repos.get", "invalid_input")).toBe(3);
    expect(await call("github.issues.listForRepo", "ok")).toBe(20);
    expect(await call("github.repos.delete", "declined")).toBe(1);
    expect(await call("_OTHER", "invalid_input")).toBe(1);
    expect(await counted(name, { executor_source: "github" })).toBe(26);
    expect(await counted("executor_tool_call_errors_total", { executor_source: "github" })).toBe(4);
    expect(
      await counted("executor_tool_call_duration_seconds_count", { executor_source: "github" }),
    ).toBe(26);
  });

  it("counts every execution once", async () => {
    const count = (status: string) =>
      counted("executor_executions_total", { status, trigger: "api" });
    expect(await count("completed")).toBe(5);
    expect(await count("failed")).toBe(2);
    expect(await counted("executor_execution_active")).toBe(0);
  });

  it("measures every request on the wire once", async () => {
    const wire = gateway.requests();
    const measured = (status: string) =>
      counted("http_client_request_duration_seconds_count", {
        executor_source: "github",
        server_address: "127.0.0.1",
        http_request_method: "GET",
        http_response_status_code: status,
      });
    expect(wire).toHaveLength(22);
    expect(await measured("200")).toBe(wire.filter(({ status }) => status === 200).length);
    expect(await measured("404")).toBe(1);
  });

  it("keeps what happened to others out of the labels", async () => {
    expect(await client().metrics()).not.toMatch(/gett|missing|rpeo/);
  });

  const servers = findPrometheus();

  it.skipIf(process.env["CI"] === undefined)("finds a Prometheus to be scraped by", () => {
    expect(servers).not.toEqual([]);
  });

  describe.each(servers)("scraped by %s", (binary) => {
    let prometheus: RunningPrometheus;
    beforeAll(async () => {
      prometheus = await startPrometheus({
        binary,
        jobs: [{ job: "executor", target: `127.0.0.1:${daemon.port}` }],
      });
      await prometheus.waitFor('count_over_time(up{job="executor"}[1m]) >= 3');
    });
    afterAll(() => prometheus.stop());

    const value = async (promql: string): Promise<number> => {
      const [series, ...others] = await prometheus.query(promql);
      expect(others).toEqual([]);
      return Number(series?.value[1]);
    };

    it("is up, and every sample is a series", async () => {
      expect(await value('min_over_time(up{job="executor"}[1m])')).toBe(1);
      expect(await value('scrape_samples_scraped{job="executor"}')).toBeGreaterThan(100);
      expect(
        await value(
          'scrape_samples_scraped{job="executor"} - on () count({job="executor", __name__!~"up|scrape_.+"})',
        ),
      ).toBe(0);
    });

    it("stores the calls that were made", async () => {
      const stored = await prometheus.query(
        'sum by (mcp_tool_name, outcome) (executor_tool_calls_total{executor_source="github"})',
      );
      const calls = stored.map(({ metric, value: [, count] }) =>
        [metric["mcp_tool_name"], metric["outcome"], count].join(" "),
      );
      expect(calls.toSorted()).toEqual([
        "github.issues.listForRepo ok 20",
        "github.repos.delete declined 1",
        "github.repos.get invalid_input 3",
        "github.repos.get ok 1",
        "github.repos.get upstream_error 1",
      ]);
      expect(
        await value('sum(http_client_request_duration_seconds_count{executor_source="github"})'),
      ).toBe(gateway.requests().length);
      expect(await value('sum(executor_executions_total{trigger="api"})')).toBe(7);
    });

    it("stores whole histograms", async () => {
      const name = "executor_tool_call_duration_seconds";
      expect(await value(`sum(${name}_bucket{le="+Inf"}) - on () sum(${name}_count)`)).toBe(0);
      expect(await value(`count(${name}_bucket) / on () count(${name}_count)`)).toBe(9);
      expect(await value(`histogram_quantile(0.99, sum by (le) (${name}_bucket))`)).toBeGreaterThan(
        0,
      );
    });

    it("says nothing against it", () => {
      expect(prometheus.complaints()).toEqual([]);
    });
  });
});
