import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { Schema } from "effect";
import { startCloud } from "../../support/cloud/app.ts";
import type { CloudApp } from "../../support/cloud/app.ts";
import { makeOrganization, signUp, withKey } from "../../support/cloud/client.ts";
import type { CloudClient } from "../../support/cloud/client.ts";
import { startShop } from "../../support/cloud/shop.ts";
import { initialize, mcpHeaders } from "../../support/mcp/initialize.ts";

const decodeMade = Schema.decodeUnknownSync(
  Schema.Struct({ key: Schema.String, toolkit: Schema.NullOr(Schema.String) }),
);
const decodeDocument = Schema.decodeUnknownSync(
  Schema.Struct({
    paths: Schema.Record({
      key: Schema.String,
      value: Schema.Record({ key: Schema.String, value: Schema.Unknown }),
    }),
  }),
);

describe("a key that is bound to a toolkit", () => {
  let app: CloudApp;
  let ada: CloudClient;
  let bound: CloudClient;
  const shop = startShop();

  beforeAll(async () => {
    app = await startCloud();
    ada = await signUp(app, "ada");
    await makeOrganization(app, ada, "acme");
    await shop.addTo(ada);
    await shop.addTo(ada, "hidden");
    await ada.ask("POST", "/api/toolkits", { name: "reader", tools: ["shop.items"] });
    await ada.ask("POST", "/api/toolkits", { name: "all", tools: ["*"] });
    bound = withKey(app, (await makeKey({ toolkit: "reader" })).key);
  });
  afterAll(async () => {
    await app.stop();
    await shop.stop();
  });

  const makeKey = async (more: object) =>
    decodeMade(
      await ada.ask("POST", "/api/keys", { name: "k", permissions: ["executions:write"], ...more }),
    );

  /** Runs code over MCP in a session of its own; gives the answers' texts. */
  const run = async (client: CloudClient, path: string, code: string) => {
    const opened = await client.request("POST", path, initialize(), mcpHeaders);
    const session = {
      ...mcpHeaders,
      "mcp-session-id": opened.headers.get("mcp-session-id") ?? "",
      "mcp-protocol-version": "2025-06-18",
    };
    const call = (id: number, method: string, params: object) =>
      client.request("POST", path, { jsonrpc: "2.0", id, method, params }, session);
    const listed = await call(2, "tools/list", {});
    const ran = await call(3, "tools/call", { name: "execute", arguments: { code } });
    return { status: opened.status, listed: listed.text, ran: ran.text };
  };

  const spy = `
    const outcome = (promise) => promise.then(() => "called", ({ code }) => code);
    return (await Promise.all([tools.shop.items({}), tools.shop.buy({}), tools.hidden.items({})].map(outcome))).join();`;

  it("reaches the endpoint of its toolkit, at both paths, and finds its tools alone", async () => {
    for (const path of ["/mcp", "/mcp/reader"]) {
      const { listed, ran, status } = await run(bound, path, spy);
      expect(status).toBe(200);
      expect(listed).toContain("- shop: Shop (1 tool)");
      expect(listed).not.toContain("hidden");
      expect(ran).toContain("called,invalid_input,invalid_input");
    }
    const { listed } = await run(ada, "/mcp", spy);
    expect(listed).toContain("- hidden: Shop");
    expect((await run(ada, "/mcp/reader", spy)).ran).toContain(
      "called,invalid_input,invalid_input",
    );
  });

  it.each(["/mcp/all", "/mcp/none"])("does not reach %s", async (path) => {
    const answer = await bound.request("POST", path, initialize(), mcpHeaders);
    expect([answer.status, answer.text]).toEqual([403, expect.stringContaining("bound to the")]);
  });

  it("reaches no endpoint of the API", async () => {
    const { paths } = decodeDocument((await bound.request("GET", "/api/openapi.json")).json());
    const endpoints = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => [method.toUpperCase(), path] as const),
    );
    expect(endpoints.length).toBeGreaterThan(25);
    for (const [method, path] of endpoints) {
      if (path === "/api/health") continue;
      const filled = path.replaceAll(/\{\w+\}/g, "reader");
      const body = method === "GET" || method === "DELETE" ? undefined : { code: "return 1" };
      const answer = await bound.request(method, filled, body);
      expect([method, path, answer.status]).toEqual([method, path, 403]);
    }
    expect((await bound.request("POST", "/api/nothing", {})).status).toBe(403);
  });

  it("is made for a toolkit that there is, with the permission to run code and no other", async () => {
    const key = { name: "k", permissions: ["executions:write"] };
    const unknown = await ada.request("POST", "/api/keys", { ...key, toolkit: "never" });
    expect([unknown.status, unknown.text]).toEqual([
      404,
      expect.stringContaining("ToolkitNotFound"),
    ]);
    const permissions = ["executions:write", "sources:read"];
    const wide = await ada.request("POST", "/api/keys", { ...key, permissions, toolkit: "reader" });
    expect([wide.status, wide.text]).toEqual([400, expect.stringContaining("and no other")]);
    expect((await ada.request("GET", "/api/keys")).text).toContain('"toolkit":"reader"');
  });

  it("reaches nothing once the toolkit is removed", async () => {
    await ada.ask("POST", "/api/toolkits", { name: "brief", tools: ["*"] });
    const brief = withKey(app, (await makeKey({ toolkit: "brief" })).key);
    expect((await run(brief, "/mcp", spy)).status).toBe(200);
    await ada.ask("DELETE", "/api/toolkits/brief");
    const answer = await brief.request("POST", "/mcp", initialize(), mcpHeaders);
    expect([answer.status, answer.text]).toEqual([
      404,
      expect.stringContaining("no toolkit brief"),
    ]);
  });
});
