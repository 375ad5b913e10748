import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { setTimeout as sleep } from "node:timers/promises";
import { startCloud } from "../support/cloud/app.ts";
import type { CloudApp } from "../support/cloud/app.ts";
import { everyPermission, makeOrganization, signUp, withKey } from "../support/cloud/client.ts";
import type { CloudClient } from "../support/cloud/client.ts";
import { echoDocument, startEchoUpstream } from "../support/upstreams/echo.ts";
import { startEverything } from "../support/upstreams/everything.ts";
import type { Everything } from "../support/upstreams/everything.ts";
import { startModernServer } from "../support/mcp-servers/modern.ts";
import { sumOf, until } from "@executor/testing";
import { startBookshop } from "../support/upstreams/graphql-yoga.ts";
import type { GraphQlServer } from "../support/upstreams/graphql-yoga.ts";
import { ResourceUpdatedNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import { connectOver } from "../support/mcp/client.ts";
import type { McpClient, McpClientOptions } from "../support/mcp/client.ts";

/** The other kinds of source, and the MCP endpoint, in an organization's object. */
describe("an organization in the cloud", () => {
  let app: CloudApp;
  let key: string;
  let client: CloudClient;
  let everything: Everything;
  let books: GraphQlServer;

  beforeAll(async () => {
    [app, everything] = await Promise.all([startCloud(), startEverything("streamableHttp")]);
    books = startBookshop();
    const acme = await makeOrganization(app, await signUp(app, "ada"), "acme");
    ({ key } = await acme.makeKey(everyPermission));
    client = withKey(app, key);
  });
  afterAll(async () => {
    await app.stop();
    await everything.stop();
    await books.stop();
  });

  const connect = (options?: McpClientOptions): Promise<McpClient> =>
    connectOver(
      new StreamableHTTPClientTransport(new URL(`${app.url}/mcp`), {
        requestInit: { headers: { authorization: `Bearer ${key}` } },
      }),
      options,
    );

  it("calls the tools of a remote MCP server", async () => {
    const source = { namespace: "everything", kind: "mcp", url: everything.url };
    expect(await client.ask("POST", "/api/sources", source)).toMatchObject({ kind: "mcp" });
    await client.ask("PUT", "/api/policies", [{ pattern: "everything.*", decision: "allow" }]);
    const run = await client.execute(`return await tools.everything.echo({ message: "hello" })`);
    expect(JSON.stringify(run.output?.value)).toContain("hello");
    const modern = startModernServer();
    await client.ask("POST", "/api/sources", {
      namespace: "modern",
      kind: "mcp",
      url: modern.url,
    });
    const echoed = await client.execute(`return await tools.modern.echo({ a: 1 })`);
    expect(echoed.output?.value).toEqual({ a: 1 });
    await modern.stop();
    const program = { namespace: "local", kind: "mcp", command: "node", args: ["server.js"] };
    expect((await client.request("POST", "/api/sources", program)).status).toBe(422);
  });

  it("changes a source, tells what a refresh changed, and lets new writes wait", async () => {
    const path = "/api/sources/grown";
    const document = (...operations: ReadonlyArray<string>) =>
      JSON.stringify({
        openapi: "3.1.0",
        info: { title: "Grown", version: "1" },
        servers: [{ url: "https://grown.example" }],
        paths: Object.fromEntries(
          operations.map((operationId) => [`/${operationId}`, { post: { operationId } }]),
        ),
      });
    const source = { namespace: "grown", kind: "openapi", document: document("a", "b") };
    await client.ask("POST", "/api/sources", source);
    const edit = { name: "Other", reviewNewWrites: true, headers: { Authorization: "Bearer 1" } };
    expect(await client.ask("PATCH", path, edit)).toMatchObject({
      name: "Other",
      headerNames: ["Authorization"],
      changes: null,
    });
    const next = { document: document("b", ...Array.from({ length: 120 }, (_, at) => `n${at}`)) };
    expect(await client.ask("POST", `${path}/refresh`, next)).toMatchObject({
      toolCount: 1,
      pendingToolCount: 120,
      changes: { removed: ["grown.a"], counts: { added: 120, removed: 1, changed: 0 } },
    });
    const run = await client.execute(`
      try { await tools.grown.n0({}); } catch ({ message }) { return message; }
    `);
    expect(run.output?.value).toContain("waits for the operator's review");
    const review = { refreshedAt: new Date().toISOString(), tools: ["grown.n0", "grown.n1"] };
    expect(await client.ask("POST", `${path}/review`, review)).toMatchObject({
      toolCount: 3,
      pendingToolCount: 118,
    });
    const listed = () => client.ask("GET", "/api/tools?namespace=grown");
    expect(await listed()).toMatchObject({ items: [{}, {}, {}] });
    await client.ask("PATCH", path, { enabled: false });
    expect(await listed()).toMatchObject({ items: [] });
    expect((await client.request("PATCH", path, { nmae: "typo" })).status).toBe(400);
  });

  it("shows no secret that an upstream repeats, in whatever spelling", async () => {
    const upstream = startEchoUpstream();
    const value = "tok_4fJ9/kQ2+Zr8";
    try {
      await client.ask("PUT", "/api/secrets/token", { value, origins: [upstream.origin] });
      await client.ask("POST", "/api/sources", {
        namespace: "echo",
        kind: "openapi",
        document: echoDocument(upstream.origin),
        headers: { Authorization: { secret: "token", prefix: "Bearer " } },
      });
      const run = await client.execute(`
        const { base64 } = await tools.echo.image({});
        return [base64, await tools.echo.text({}), await tools.echo.headers({})];
      `);
      const shown = JSON.stringify(run.output?.value);
      const image = Buffer.from(/"([\w+/]{40,}=*)\\?"/.exec(shown)?.[1] ?? "", "base64");
      for (const text of [shown, image.toString("latin1")]) {
        expect(text).toContain("[redacted]");
        expect(text).not.toMatch(/tok_4|4fJ9|kQ2\+Z/);
      }
    } finally {
      await upstream.stop();
    }
  });

  it("calls a GraphQL server", async () => {
    await client.ask("POST", "/api/sources", {
      namespace: "books",
      kind: "graphql",
      url: books.url,
    });
    const found = await client.execute(
      `return await tools.search({ query: "books", namespace: "books" })`,
    );
    expect(found.status).toBe("completed");
    expect(JSON.stringify(found.output?.value)).toContain("books.query");
  });

  it("answers MCP clients, asks their people inline, and counts that", async () => {
    const asked: Array<string> = [];
    const mcp = await connect({
      elicit: (params) => {
        asked.push(params.message);
        return Promise.resolve({ action: "accept", content: {} });
      },
    });
    await client.ask("PUT", "/api/policies", [{ pattern: "everything.*", decision: "approve" }]);
    const result = await mcp.execute(`return await tools.everything.echo({ message: "inline" })`);
    expect(result.structuredContent?.status).toBe("completed");
    expect(asked).toHaveLength(1);
    await mcp.client.close();
    const samples = await client.metrics();
    expect(sumOf(samples, "executor_approvals_total", { decision: "approved" })).toBe(1);
    const execute = { mcp_method_name: "tools/call", gen_ai_tool_name: "execute" };
    expect(sumOf(samples, "mcp_server_operation_duration_seconds_count", execute)).toBe(1);
    expect(sumOf(samples, "executor_executions_total", { trigger: "mcp" })).toBe(1);
    expect(
      sumOf(samples, "http_server_request_duration_seconds_count", { http_route: "/mcp" }),
    ).toBeGreaterThan(2);
    // workerd tells that a client has left when something is next written to it: every 15 s on a silent stream.
    let open = 1;
    for (let seconds = 0; open > 0 && seconds < 60; seconds += 1) {
      await sleep(1_000);
      open = sumOf(await client.metrics(), "executor_mcp_streams_active");
    }
    expect(open).toBe(0);
  });

  it("gives MCP clients the resources and prompts of its sources, and their updates", async () => {
    await client.ask("PUT", "/api/policies", [{ pattern: "everything.*", decision: "allow" }]);
    const { client: mcp, execute } = await connect();
    const { resources } = await mcp.listResources();
    const uri = resources.find((each) => each.uri.startsWith("executor://everything/"))?.uri ?? "";
    const { contents } = await mcp.readResource({ uri });
    expect(contents).toEqual([expect.objectContaining({ uri, text: expect.any(String) })]);
    const { messages } = await mcp.getPrompt({
      name: "everything.args-prompt",
      arguments: { city: "Berlin" },
    });
    expect(JSON.stringify(messages)).toContain("Berlin");
    const told: Array<string> = [];
    mcp.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => {
      told.push(params.uri);
    });
    await mcp.subscribeResource({ uri });
    await until("the update is told", async () => {
      if (told.length === 0) await execute("await tools.everything.toggleSubscriberUpdates({})");
      return told.includes(uri);
    });
    await mcp.close();
  });
});
