import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { startCloud } from "../support/cloud/app.ts";
import type { CloudApp } from "../support/cloud/app.ts";
import {
  everyPermission,
  makeOrganization,
  newOrganization,
  signUp,
  withKey,
} from "../support/cloud/client.ts";
import type { CloudClient } from "../support/cloud/client.ts";
import { startShop } from "../support/cloud/shop.ts";
import { initialize, mcpHeaders } from "../support/mcp/initialize.ts";
import { member, sumOf } from "@executor/testing";

describe("what an organization may use", () => {
  let app: CloudApp;
  let client: CloudClient;
  const shop = startShop();

  beforeAll(async () => {
    app = await startCloud({
      variables: {
        EXECUTOR_MAX_SERIES: "60",
        EXECUTOR_MAX_RUNNING: "1",
        EXECUTOR_MAX_WAITING: "1",
        EXECUTOR_MAX_STORAGE: "500000",
      },
    });
    client = await newOrganization(app, "small");
  });
  afterAll(async () => {
    await app.stop();
    await shop.stop();
  });

  it("are so many executions at once; the others are refused", async () => {
    const waiting = `await new Promise(() => {})`;
    const requests = Array.from({ length: 4 }, () =>
      client.request("POST", "/api/executions", { code: waiting, timeoutMs: 500 }),
    );
    const statuses = (await Promise.all(requests)).map(({ status }) => status);
    expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 200, 503, 503]);
  });

  it("is the time that one execution takes, though it computes without end", async () => {
    for (const code of ["for (;;) {}", "for (;;) await null"]) {
      const run = await client.ask("POST", "/api/executions", { code, timeoutMs: 500 });
      expect(run).toMatchObject({
        status: "timeout",
        error: { message: expect.stringContaining("did not end within 0.5 s") },
      });
    }
    expect((await client.execute("return 1")).output?.value).toBe(1);
    const codes = [
      [`return ${"<T>(".repeat(14)}1${")".repeat(14)}`, "takes too long to parse"],
      [`"1"${" ;".repeat(20_000)} x`, "'x' is not defined"],
      ["enum A { B = 1 }\nreturn A.B.c.d", "cannot read property"],
    ] as const;
    for (const [code, problem] of codes) {
      expect((await client.execute(code)).error?.message).toContain(problem);
    }
    expect((await client.execute("return 1 as number")).output?.value).toBe(1);
    expect((await client.execute("return new Array(1e9).fill(1)")).status).toBe("out_of_memory");
  });

  it("is so much text in one request, declared or not, and the next one is answered", async () => {
    const body = JSON.stringify({ code: "return 1", padding: "x".repeat(17 * 1024 * 1024) });
    for (const path of ["/api/executions", "/mcp"]) {
      for (const sent of [body, new Blob([body]).stream()]) {
        const answer = await client.send("POST", path, sent);
        expect([path, answer.status, answer.json()]).toEqual([
          path,
          413,
          expect.objectContaining({ _tag: "BodyTooLarge" }),
        ]);
      }
    }
    expect((await client.execute("return 1")).output?.value).toBe(1);
  });

  it("are so many label sets, and what exceeds them is counted as that", async () => {
    for (let count = 0; count < 40; count += 1) {
      await client.request("GET", count % 2 === 0 ? `/api/tools/t.${count}` : "/api/sources/none");
    }
    for (const namespace of ["one", "two", "three", "four", "five", "six", "seven", "eight"]) {
      await shop.addTo(client, namespace);
      await client.execute(
        `return [await tools.${namespace}.items({}), await tools.${namespace}.broken({}).catch(() => 1)]`,
      );
    }
    const samples = await client.metrics();
    expect(sumOf(samples, "executor_metrics_overflow_total")).toBeGreaterThan(0);
    const calls = sumOf(samples, "executor_tool_calls_total");
    expect(calls).toBe(16);
    const overflown = sumOf(samples, "executor_tool_calls_total", { otel_metric_overflow: "true" });
    expect(overflown).toBeGreaterThan(0);
  });

  it("is so much storage; then it takes no more, and still answers", async () => {
    const message = (method: string, params = {}) => ({ jsonrpc: "2.0", id: 2, method, params });
    const opened = await client.request("POST", "/mcp", initialize(), mcpHeaders);
    const session = { ...mcpHeaders, "mcp-session-id": opened.headers.get("mcp-session-id") ?? "" };
    const filler = "x".repeat(200_000);
    let status = 200;
    for (let count = 0; count < 10 && status === 200; count += 1) {
      ({ status } = await client.request("POST", "/api/executions", {
        code: `"${filler}".length`,
      }));
    }
    expect(status).toBe(507);
    const refused = await client.request("PUT", "/api/policies", []);
    expect(refused.json()).toMatchObject({ _tag: "StorageQuotaExceeded" });
    const history = async () => (await client.request("GET", "/api/executions?limit=1000")).text;
    const before = await history();
    const call = message("tools/call", { name: "execute", arguments: { code: "return 1" } });
    const called = await client.request("POST", "/mcp", call, session);
    expect([called.status, called.json()]).toMatchObject([
      507,
      { id: 2, error: { data: { _tag: "StorageQuotaExceeded", maxBytes: 500_000 } } },
    ]);
    expect(await history()).toBe(before);
    const listed = await client.request("POST", "/mcp", message("tools/list"), session);
    expect([listed.status, listed.text]).toEqual([200, expect.stringContaining("execute")]);
    expect((await client.request("POST", "/mcp", initialize(), mcpHeaders)).status).toBe(200);
    expect((await client.request("DELETE", "/api/sources/one")).status).toBe(204);
    expect((await client.request("GET", "/api/sources")).status).toBe(200);
  });
});

describe("what a key or a person may ask in a minute", () => {
  let app: CloudApp;
  const perMinute = 20;

  beforeAll(async () => {
    app = await startCloud({ variables: { EXECUTOR_MAX_REQUESTS: String(perMinute) } });
  });
  afterAll(() => app.stop());

  it("are so many requests; the others are refused until it has waited, and nobody else", async () => {
    const person = await signUp(app, "ada");
    const acme = await makeOrganization(app, person, "acme");
    const [busy, quiet] = await Promise.all(
      [1, 2].map(async () => withKey(app, (await acme.makeKey(everyPermission)).key)),
    );
    if (busy === undefined || quiet === undefined) throw new Error("There are no keys.");
    const atOnce = (client: CloudClient, path: string) =>
      Promise.all(Array.from({ length: 3 * perMinute }, () => client.request("GET", path)));
    for (const [client, path] of [
      [busy, "/api/policies"],
      [person, "/api/keys"],
    ] as const) {
      const answers = await atOnce(client, path);
      const refused = answers.filter(({ status }) => status === 429);
      const others = new Set(answers.map(({ status }) => status).filter((one) => one !== 429));
      expect(others).toEqual(new Set([200]));
      expect(answers.length - refused.length).toBeGreaterThanOrEqual(perMinute - 2);
      const seconds = Number(refused[0]?.headers.get("retry-after"));
      expect(seconds).toBeGreaterThan(0);
      expect(refused[0]?.json()).toMatchObject({
        _tag: "TooManyRequests",
        limit: perMinute,
        retryAfterSeconds: seconds,
      });
    }
    const calls = await Promise.all(
      Array.from({ length: 3 * perMinute }, () =>
        busy.request("POST", "/mcp", initialize(), mcpHeaders),
      ),
    );
    expect(calls.map(({ status }) => status)).toContain(429);
    const samples = await quiet.metrics();
    for (const surface of ["api", "mcp"]) {
      const counted = { outcome: "rate_limited", surface };
      expect(sumOf(samples, "executor_auth_attempts_total", counted)).toBeGreaterThan(0);
    }
  });
});

describe("requests that sources make", () => {
  let app: CloudApp;
  let client: CloudClient;
  const shop = startShop();

  beforeAll(async () => {
    app = await startCloud({ variables: { EXECUTOR_PRIVATE_UPSTREAMS: "false" } });
    client = await newOrganization(app, "acme");
  });
  afterAll(async () => {
    await app.stop();
    await shop.stop();
  });

  it("reach no private address, whatever it is written like", async () => {
    const { port } = new URL(shop.url);
    for (const host of [
      "127.0.0.1",
      "localhost",
      "2130706433",
      "0x7f.1",
      "[::1]",
      "[::ffff:127.0.0.1]",
      "a.localhost",
    ]) {
      const url = `http://${host}:${port}/openapi.json`;
      for (const kind of ["openapi", "graphql", "mcp"]) {
        const answer = await client.request("POST", "/api/sources", { namespace: "x", kind, url });
        // Servers that cannot be reached are kept.
        const isKept = answer.status === 201;
        const told = isKept ? member(answer.json(), "state", "status") : answer.status;
        expect([url, kind, told]).toEqual([url, kind, expect.toBeOneOf([422, 502, "unreachable"])]);
        if (isKept) await client.ask("DELETE", "/api/sources/x");
      }
    }
    await shop.addTo(client);
    const run = await client.execute(
      "return await tools.shop.items({}).catch((error) => error.message)",
    );
    expect(run.output?.value).toContain("ADDRESS_NOT_PUBLIC");
    expect(shop.requests()).toBe(0);
  });
});
