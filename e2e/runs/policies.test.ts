import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startDaemon } from "../support/daemon/daemon.ts";
import type { Daemon } from "../support/daemon/daemon.ts";
import { echoDocument, startEchoUpstream } from "../support/upstreams/echo.ts";
import type { EchoUpstream } from "../support/upstreams/echo.ts";
import { runCode } from "../support/daemon/run-code.ts";

describe("policies", () => {
  let daemon: Daemon;
  let upstream: EchoUpstream;

  beforeAll(async () => {
    upstream = startEchoUpstream();
    daemon = await startDaemon();
    const reply = await daemon.request("POST", "/api/sources", {
      namespace: "echo",
      kind: "openapi",
      document: echoDocument(upstream.origin),
    });
    expect(reply.status).toBe(201);
  });
  afterAll(async () => {
    await daemon.stop();
    await upstream.stop();
  });

  const replace = (policies: unknown) => daemon.request("PUT", "/api/policies", policies);
  const decide = async (policies: Readonly<Record<string, string>>) => {
    const reply = await replace(
      Object.entries(policies).map(([pattern, decision]) => ({ pattern, decision })),
    );
    expect(reply.status).toBe(200);
    return reply.json();
  };
  /** What each tool's call came to: the data's method, or the error's code; a pause is `paused`. */
  const outcomes = async (...tools: ReadonlyArray<string>) =>
    Object.fromEntries(
      await Promise.all(
        tools.map(async (tool) => {
          const { output, status } = await runCode(
            daemon,
            `return await tools.echo.${tool}({}).then(({ method }) => method, ({ code, message }) => code + ": " + message)`,
            10_000,
          );
          return [tool, status === "paused" ? status : output?.value] as const;
        }),
      ),
    );
  const blocked = expect.stringMatching(/^blocked: A policy blocks echo\./);

  it("are none at first: reads are allowed, writes ask", async () => {
    expect((await daemon.request("GET", "/api/policies")).json()).toEqual([]);
    expect(await outcomes("headers", "write")).toEqual({ headers: "GET", write: "paused" });
  });

  it("allow a write and block a read, from the next call on", async () => {
    await decide({ "echo.write": "allow", "echo.headers": "block" });
    expect(await outcomes("headers", "write", "erase")).toEqual({
      headers: blocked,
      write: "POST",
      erase: "paused",
    });
    await decide({});
    expect(await outcomes("headers", "write")).toEqual({ headers: "GET", write: "paused" });
  });

  it("decide by the most specific pattern, in whatever order they are given", async () => {
    const list = await decide({ "*": "block", "echo.erase": "block", "echo.*": "allow" });
    expect(list).toEqual([
      { pattern: "echo.erase", decision: "block" },
      { pattern: "echo.*", decision: "allow" },
      { pattern: "*", decision: "block" },
    ]);
    expect((await daemon.request("GET", "/api/policies")).json()).toEqual(list);
    expect(await outcomes("headers", "write", "erase")).toEqual({
      headers: "GET",
      write: "POST",
      erase: blocked,
    });
  });

  it("leave search and describe to agents unless they name them", async () => {
    const search = `return (await tools.search({ query: "erase" })).length`;
    await decide({ "*": "block" });
    expect((await runCode(daemon, search, 10_000)).output?.value).toBe(1);
    await decide({ "executor.*": "block" });
    expect((await runCode(daemon, search, 10_000)).error?.message).toContain("A policy blocks");
  });

  it("may ask before a read, and cover tools that are not there yet", async () => {
    await decide({ "echo.headers": "approve", "later.*": "block" });
    expect(await outcomes("headers")).toEqual({ headers: "paused" });
  });

  it.each([
    ["an unknown decision", [{ pattern: "a.*", decision: "maybe" }], 400],
    ["a broken pattern", [{ pattern: "a.**", decision: "allow" }], 400],
    ["a misspelt field", [{ pattern: "a", decision: "allow", extra: 1 }], 400],
    ["no list", { pattern: "a", decision: "allow" }, 400],
    [
      "a pattern twice",
      [
        { pattern: "a.*", decision: "allow" },
        { pattern: "a.*", decision: "block" },
      ],
      422,
    ],
  ])("are refused as a whole with %s", async (_, policies, status) => {
    const before = await decide({ "echo.headers": "block" });
    const reply = await replace(policies);
    expect(reply.status).toBe(status);
    expect((await daemon.request("GET", "/api/policies")).json()).toEqual(before);
  });

  it("are counted as blocked, and nothing of them reaches the upstream", async () => {
    await decide({ "echo.*": "block" });
    const arrivals = upstream.arrivals().length;
    expect(await outcomes("headers", "write")).toEqual({ headers: blocked, write: blocked });
    expect(upstream.arrivals()).toHaveLength(arrivals);
    const metrics = await daemon.request("GET", "/api/metrics");
    expect(metrics.text).toMatch(
      /^executor_tool_calls_total\{.*mcp_tool_name="echo\.write",outcome="blocked".*\} 1$/m,
    );
    expect(metrics.text).toMatch(/reason="blocked_by_policy"/);
  });

  it("hold after a restart", async () => {
    const before = await decide({ "echo.write": "allow" });
    const dataDirectory = await mkdtemp(join(tmpdir(), "executor-policies-"));
    const first = await startDaemon({ dataDirectory });
    await first.request("PUT", "/api/policies", before);
    await first.stop();
    const second = await startDaemon({ dataDirectory });
    const after = await second.request("GET", "/api/policies");
    await second.stop();
    await rm(dataDirectory, { recursive: true });
    expect(after.json()).toEqual(before);
  });
});
