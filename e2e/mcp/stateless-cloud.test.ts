import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { Schema } from "effect";
import { startCloud } from "../support/cloud/app.ts";
import type { CloudApp } from "../support/cloud/app.ts";
import { everyPermission, makeOrganization, signUp, withKey } from "../support/cloud/client.ts";
import type { CloudClient } from "../support/cloud/client.ts";
import { startShop } from "../support/cloud/shop.ts";
import { mcpHeaders } from "../support/mcp/initialize.ts";

const Asked = Schema.Struct({
  result: Schema.Struct({
    inputRequests: Schema.Record({ key: Schema.String, value: Schema.Unknown }),
    requestState: Schema.String,
  }),
});

const buy = { name: "execute", arguments: { code: "return await tools.shop.buy({})" } };

/** Sends one call of MCP 2026-07-28, and gives the last message of its reply. */
const call = async (client: CloudClient, params: object): Promise<unknown> => {
  const _meta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": { elicitation: {} },
  };
  const message = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { ...params, _meta } };
  const { text } = await client.request("POST", "/mcp", message, {
    ...mcpHeaders,
    "mcp-protocol-version": "2026-07-28",
    "mcp-method": "tools/call",
    "mcp-name": "execute",
  });
  const data = text.split("\n").findLast((line) => line.startsWith("data: "));
  return JSON.parse(data?.slice(6) ?? text);
};

describe("clients of MCP 2026-07-28 in the cloud", () => {
  let app: CloudApp;
  let agent: CloudClient;
  let colleague: CloudClient;
  let rival: CloudClient;
  const shop = startShop();
  beforeAll(async () => {
    app = await startCloud();
    const [ada, bob] = await Promise.all([signUp(app, "ada"), signUp(app, "bob")]);
    const [acme, bolt] = await Promise.all([
      makeOrganization(app, ada, "acme"),
      makeOrganization(app, bob, "bolt"),
    ]);
    agent = withKey(app, (await acme.makeKey(everyPermission)).key);
    colleague = withKey(app, (await acme.makeKey(everyPermission)).key);
    rival = withKey(app, (await bolt.makeKey(everyPermission)).key);
    await shop.addTo(agent);
  });
  afterAll(async () => {
    await app.stop();
    await shop.stop();
  });

  it("answer their own questions, and nobody else's", async () => {
    const before = shop.requests();
    const asked = Schema.decodeUnknownSync(Asked)(await call(agent, buy)).result;
    const answers = Object.keys(asked.inputRequests).map((key) => [key, { action: "accept" }]);
    const retry = {
      ...buy,
      requestState: asked.requestState,
      inputResponses: Object.fromEntries(answers),
    };
    for (const stranger of [colleague, rival]) {
      expect(await call(stranger, retry)).toMatchObject({ error: { code: -32602 } });
    }
    expect(shop.requests()).toBe(before);
    const done = { result: { structuredContent: { status: "completed", toolCalls: 1 } } };
    expect(await call(agent, retry)).toMatchObject(done);
    expect(await call(agent, retry)).toMatchObject(done);
    expect(shop.requests()).toBe(before + 1);
  });
});
