import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { startCloud } from "../support/cloud/app.ts";
import type { CloudApp } from "../support/cloud/app.ts";
import {
  cloudClient,
  everyPermission,
  makeOrganization,
  newOrganization,
  signUp,
  withKey,
} from "../support/cloud/client.ts";
import type { CloudClient } from "../support/cloud/client.ts";
import { sumOf } from "@executor/testing";
import { initialize, mcpHeaders } from "../support/mcp/initialize.ts";

describe("two organizations, one of which computes without end", () => {
  let app: CloudApp;
  let greedy: CloudClient;
  let small: CloudClient;

  beforeAll(async () => {
    app = await startCloud();
    greedy = await newOrganization(app, "greedy");
    small = await newOrganization(app, "small");
  });
  afterAll(() => app.stop());

  it("both have their turns: requests and executions of the other end while the loops go on", async () => {
    const limit = 60_000;
    let ended = 0;
    const loops = Array.from({ length: 104 }, async (_, at) => {
      const code = ["for (;;) {}", "for (;;) await null", "/^(a|a?)+$/.test('a'.repeat(50) + 'b')"];
      await greedy
        .request("POST", "/api/executions", { code: code[at % 3], timeoutMs: limit })
        .catch(() => {});
      ended++;
    });
    const running = async (): Promise<number> =>
      sumOf(await greedy.metrics(), "executor_execution_active", { state: "running" });
    while ((await running()) < 4) await small.metrics();
    const wrongSignIns = Array.from({ length: 12 }, () =>
      cloudClient(app).request("POST", "/api/auth/sign-in/email", {
        email: "greedy@example.com",
        password: "not this one",
      }),
    );

    for (let count = 0; count < 20; count++) {
      expect((await small.execute("return 6 * 7")).output?.value).toBe(42);
      await small.metrics();
    }
    const computing = "let n = 0; for (let i = 0; i < 300_000; i++) n += i % 7; return n";
    expect((await small.execute(computing)).output?.value).toBe(899_997);
    expect(await running()).toBe(4);
    expect(ended).toBe(0);

    await Promise.all(wrongSignIns);
    await app.kill();
    await Promise.all(loops);
  });
});

describe("two organizations, one of which sends requests without end", () => {
  let app: CloudApp;
  let greedy: CloudClient;
  let small: CloudClient;

  beforeAll(async () => {
    app = await startCloud({ variables: { EXECUTOR_MAX_REQUESTS: "1000000" } });
    greedy = await newOrganization(app, "greedy");
    small = await newOrganization(app, "small");
  });
  afterAll(() => app.stop());

  it("both have their turns: of the other's requests only a few end during one request", async () => {
    const pairs = 5;
    let ended = 0;
    let isOver = false;
    const flood = Array.from({ length: 100 }, async () => {
      while (!isOver) {
        await greedy.execute("return 1");
        ended++;
      }
    });
    while (ended < 100) await small.metrics();
    const before = ended;
    for (let count = 0; count < pairs; count++) {
      expect((await small.execute("return 6 * 7")).output?.value).toBe(42);
      await small.metrics();
    }
    // Without turns it is about as many as are sent at once, at each step of a request.
    expect((ended - before) / pairs).toBeLessThan(40);
    isOver = true;
    await Promise.all(flood);
  });
});

describe("an organization that has used its computing of an hour", () => {
  let app: CloudApp;
  let client: CloudClient;
  let id: string;

  beforeAll(async () => {
    app = await startCloud({ variables: { EXECUTOR_MAX_COMPUTING: "1" } });
    const organization = await makeOrganization(app, await signUp(app, "greedy"), "greedy");
    id = organization.id;
    client = withKey(app, (await organization.makeKey(everyPermission)).key);
  });
  afterAll(() => app.stop());

  const endless = { code: "for (;;) {}" };

  it("runs no more code, and is told when it may again", async () => {
    expect(await client.ask("POST", "/api/executions", endless)).toMatchObject({
      status: "timeout",
      error: { name: "ComputingBudgetSpent" },
    });
    const refused = await client.request("POST", "/api/executions", endless);
    const seconds = Number(refused.headers.get("retry-after"));
    expect([refused.status, refused.json()]).toEqual([
      429,
      {
        _tag: "ComputingBudgetSpent",
        message: `The computing of this hour is used up. Run code again in ${seconds} s.`,
        retryAfterSeconds: seconds,
      },
    ]);
    expect(seconds).toBeGreaterThan(3_000);
    const samples = await client.metrics();
    const reason = "computing_budget";
    expect(sumOf(samples, "executor_execution_refusals_total", { reason })).toBe(1);
    expect(sumOf(samples, "executor_sandbox_terminations_total", { reason })).toBe(1);
    expect(sumOf(samples, "executor_sandbox_cpu_time_seconds_total")).toBeGreaterThanOrEqual(1);
  });

  it("is refused over MCP with the same words, and after its object has started anew", async () => {
    await app.abort(id);
    const opened = await client.request("POST", "/mcp", initialize(), mcpHeaders);
    const headers = { ...mcpHeaders, "mcp-session-id": opened.headers.get("mcp-session-id") ?? "" };
    const call = { jsonrpc: "2.0", id: 2, method: "tools/call" };
    const params = { name: "execute", arguments: endless };
    const answer = await client.request("POST", "/mcp", { ...call, params }, headers);
    expect(answer.text).toContain("The computing of this hour is used up. Run code again in");
    expect(answer.text).toContain('"isError":true');
  });
});
