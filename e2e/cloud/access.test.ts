import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { Schema } from "effect";
import { setTimeout as sleep } from "node:timers/promises";
import { platformToken, startCloud } from "../support/cloud/app.ts";
import type { CloudApp } from "../support/cloud/app.ts";
import {
  cloudClient,
  everyPermission,
  makeOrganization,
  signUp,
  withKey,
} from "../support/cloud/client.ts";
import type { CloudClient, CloudOrganization } from "../support/cloud/client.ts";
import { addMember, change } from "../support/cloud/database.ts";
import { startShop } from "../support/cloud/shop.ts";
import { sumOf, until } from "@executor/testing";
import { initialize, mcpHeaders } from "../support/mcp/initialize.ts";

describe("the cloud app lets in", () => {
  let app: CloudApp;
  let nobody: CloudClient;
  let ada: CloudClient;
  let bob: CloudClient;
  let acme: CloudOrganization;
  let bolt: CloudOrganization;
  let agent: CloudClient;
  let rival: CloudClient;
  const shop = startShop();

  beforeAll(async () => {
    app = await startCloud();
    nobody = cloudClient(app);
    [ada, bob] = await Promise.all([signUp(app, "ada"), signUp(app, "bob")]);
    [acme, bolt] = await Promise.all([
      makeOrganization(app, ada, "acme"),
      makeOrganization(app, bob, "bolt"),
    ]);
    agent = withKey(app, (await acme.makeKey(everyPermission)).key);
    rival = withKey(app, (await bolt.makeKey(everyPermission)).key);
    await shop.addTo(agent);
  });
  afterAll(async () => {
    await app.stop();
    await shop.stop();
  });

  /** Refusals of requests that say nothing of who makes them, as the platform's operator sees them. */
  const refusedAtTheDoor = async (surface: string, outcome: string): Promise<number> => {
    const operator = cloudClient(app, { authorization: `Bearer ${platformToken}` });
    const { text } = await operator.request("GET", "/api/platform/metrics");
    const sample = new RegExp(
      `^executor_auth_attempts_total\\{outcome="${outcome}",surface="${surface}"\\} (\\d+)$`,
      "m",
    );
    return Number(sample.exec(text)?.[1] ?? 0);
  };

  const expectCountedAtTheDoor = async (
    surface: string,
    outcome: string,
    refused: () => Promise<void>,
    count = 1,
  ): Promise<void> => {
    const before = await refusedAtTheDoor(surface, outcome);
    await refused();
    await until(
      `${count} more of ${surface} are counted`,
      async () => (await refusedAtTheDoor(surface, outcome)) === before + count,
    );
  };

  it("nobody without a key or a session", async () => {
    await expectCountedAtTheDoor("metrics", "unauthorized", async () => {
      const answer = await nobody.request("GET", "/api/metrics");
      expect(answer.status).toBe(401);
      expect(answer.headers.get("www-authenticate")).toContain("Bearer");
      expect(answer.json()).toMatchObject({ _tag: "Unauthorized" });
    });
    await expectCountedAtTheDoor("mcp", "unauthorized", async () => {
      expect((await nobody.request("POST", "/mcp", initialize(), mcpHeaders)).status).toBe(401);
    });
    for (const path of ["/api/sources", "/api/nothing", "/api/keys"]) {
      expect((await nobody.request("GET", path)).status).toBe(401);
    }
    expect((await nobody.request("GET", "/api/health")).status).toBe(200);
    expect((await nobody.request("GET", "/internal/refusals")).status).toBe(404);
  });

  it("nobody with a wrong, a revoked or an expired key", async () => {
    const { id, key } = await acme.makeKey(["metrics:read"], 1);
    const client = withKey(app, key);
    expect((await client.request("GET", "/api/metrics")).status).toBe(200);
    await ada.ask("DELETE", `/api/keys/${id}`);
    const expiring = await acme.makeKey(["metrics:read"], 1);
    change(
      app,
      "UPDATE apikey SET expiresAt = ? WHERE id = ?",
      "2020-01-01T00:00:00.000Z",
      expiring.id,
    );
    const stolen = `${key.slice(0, -1)}${key.endsWith("a") ? "b" : "a"}`;
    await expectCountedAtTheDoor(
      "metrics",
      "unauthorized",
      async () => {
        for (const wrong of [key, stolen, expiring.key, "x"]) {
          expect((await withKey(app, wrong).request("GET", "/api/metrics")).status).toBe(401);
        }
        const basic = cloudClient(app, { authorization: "Basic YTpi" });
        expect((await basic.request("GET", "/api/metrics")).status).toBe(401);
      },
      5,
    );
  });

  it("a key only where it has the permission, and counts the others for its organization", async () => {
    const scraper = withKey(app, (await acme.makeKey(["metrics:read"])).key);
    const refusals = async () =>
      sumOf(await agent.metrics(), "executor_auth_attempts_total", { outcome: "forbidden" });
    const before = await refusals();
    const refused: ReadonlyArray<readonly [string, string, unknown?]> = [
      ["GET", "/api/sources"],
      ["GET", "/api/tools"],
      ["GET", "/api/executions"],
      ["POST", "/api/executions", { code: "1" }],
      ["PUT", "/api/secrets/token", { value: "v", origins: ["https://a.example"] }],
      ["GET", "/api/policies"],
      ["POST", "/mcp", initialize()],
    ];
    for (const [method, path, body] of refused) {
      const answer = await scraper.request(method, path, body, mcpHeaders);
      expect([path, answer.status]).toEqual([path, 403]);
    }
    expect(await refusals()).toBe(before + refused.length);
    expect((await scraper.request("GET", "/api/keys")).status).toBe(403);
    // The router decodes a path before it matches it, and so does the permission's lookup.
    const detect = { url: `${shop.url}/openapi.json` };
    const asked = shop.requests();
    expect((await scraper.request("POST", "/api/sources/%64etect", detect)).status).toBe(403);
    expect(shop.requests()).toBe(asked);
    const runner = withKey(app, (await acme.makeKey(["executions:write"])).key);
    expect((await runner.request("GET", "/api/metrics")).status).toBe(403);
  });

  it("nobody by the Worker's own headers", async () => {
    const identity = JSON.stringify({
      organization: acme.id,
      subject: "user:1",
      permissions: everyPermission,
      answersForAll: true,
    });
    const forged = { "executor-internal-identity": identity, "Executor-Internal-Other": "1" };
    expect((await nobody.request("GET", "/api/sources", undefined, forged)).status).toBe(401);
    const sources = (await rival.request("GET", "/api/sources", undefined, forged)).text;
    expect(sources).not.toContain("shop");
    const scraper = withKey(app, (await bolt.makeKey(["metrics:read"])).key);
    expect((await scraper.request("GET", "/api/sources", undefined, forged)).status).toBe(403);
  });

  it("nobody to another organization, by name or by id", async () => {
    for (const named of [acme.slug, acme.id]) {
      const headers = { "executor-organization": named };
      expect((await rival.request("GET", "/api/sources", undefined, headers)).status).toBe(403);
      expect((await bob.request("GET", "/api/sources", undefined, headers)).status).toBe(403);
      expect((await bob.request("GET", "/api/keys", undefined, headers)).status).toBe(403);
    }
    const run = await agent.execute("return 1");
    expect((await rival.request("GET", `/api/executions/${run.id}`)).status).toBe(404);
    expect((await rival.request("GET", "/api/sources/shop")).status).toBe(404);
    expect((await rival.request("DELETE", "/api/sources/shop")).status).toBe(404);
    expect((await rival.request("GET", "/api/tools/shop.items")).status).toBe(404);
    const secret = { value: "tok_0123456789", origins: ["https://api.example.com"] };
    await agent.ask("PUT", "/api/secrets/token", secret);
    expect((await rival.request("GET", "/api/secrets")).json()).toEqual([]);
    expect((await rival.request("DELETE", "/api/secrets/token")).status).toBe(404);
    const { id } = await acme.makeKey(["metrics:read"]);
    expect((await bob.request("DELETE", `/api/keys/${id}`)).status).toBe(404);
  });

  it("an approval's answer from its owner or an admin only, also when the object was idle for long", async () => {
    const paused = await agent.execute("return await tools.shop.buy({})");
    expect(paused.status).toBe("paused");
    const active = async (state: string) =>
      sumOf(await agent.metrics(), "executor_execution_active", { state });
    expect([await active("running"), await active("paused")]).toEqual([0, 1]);
    const path = `/api/executions/${paused.id}/resume`;
    const answer = { approvalId: paused.approvals[0]?.id, action: "accept" };
    expect((await rival.request("POST", path, answer)).status).toBe(404);
    const colleague = withKey(app, (await acme.makeKey(everyPermission)).key);
    expect((await colleague.request("POST", path, answer)).status).toBe(403);
    // Three times as long as workerd keeps an object that nobody asks anything of.
    const starts = app.objectStarts();
    await sleep(25_000);
    const done = await ada.request("POST", path, answer);
    expect(done.json()).toMatchObject({ status: "completed" });
    expect(app.objectStarts()).toBe(starts);
    expect([await active("running"), await active("paused")]).toEqual([0, 0]);
  });

  it("an MCP session's own key only", async () => {
    const opened = await agent.request("POST", "/mcp", initialize(), mcpHeaders);
    expect(opened.status).toBe(200);
    const session = { ...mcpHeaders, "mcp-session-id": opened.headers.get("mcp-session-id") ?? "" };
    const ping = { jsonrpc: "2.0", id: 2, method: "ping" };
    expect((await agent.request("POST", "/mcp", ping, session)).status).toBe(200);
    expect((await rival.request("POST", "/mcp", ping, session)).status).toBe(404);
    const colleague = withKey(app, (await acme.makeKey(everyPermission)).key);
    expect((await colleague.request("POST", "/mcp", ping, session)).status).toBe(403);
  });

  it("a person's own pages only, and members to what members may do", async () => {
    const foreign = { origin: "https://evil.example" };
    expect((await ada.request("GET", "/api/sources", undefined, foreign)).status).toBe(403);
    expect((await ada.request("GET", "/api/sources")).status).toBe(200);
    addMember(app, acme.id, "bob@example.com");
    const asAcme = { "executor-organization": acme.slug };
    expect((await bob.request("GET", "/api/sources", undefined, asAcme)).status).toBe(200);
    const source = { namespace: "mine", kind: "openapi", document: shop.document };
    expect((await bob.request("POST", "/api/sources", source, asAcme)).status).toBe(403);
    expect((await bob.request("GET", "/api/keys", undefined, asAcme)).status).toBe(403);
    // The header's former spelling.
    const asBefore = { "executor-organisation": acme.slug };
    expect((await bob.request("GET", "/api/sources", undefined, asBefore)).status).toBe(200);
    const several = await bob.request("GET", "/api/sources");
    expect([several.status, several.text]).toEqual([403, expect.stringContaining("several")]);
    expect((await bob.request("POST", "/api/auth/api-key/create", { name: "x" })).status).toBe(404);
    // An id stays its organization's, whoever takes it for a slug.
    await makeOrganization(app, bob, acme.id);
    const byId = { "executor-organization": acme.id };
    expect((await ada.request("GET", "/api/sources", undefined, byId)).status).toBe(200);
  });

  it("everybody to its description, which tells how to be let in", async () => {
    const OpenApi = Schema.Struct({
      components: Schema.Struct({
        securitySchemes: Schema.Unknown,
        schemas: Schema.Struct({ Permission: Schema.Unknown }),
      }),
      security: Schema.Unknown,
      paths: Schema.Record({ key: Schema.String, value: Schema.Unknown }),
    });
    const document = Schema.decodeUnknownSync(OpenApi)(
      await nobody.ask("GET", "/api/openapi.json"),
    );
    expect(document.components.securitySchemes).toMatchObject({
      key: { type: "http", scheme: "bearer" },
      session: { type: "apiKey", in: "cookie" },
    });
    expect(document.components.schemas.Permission).toMatchObject({ enum: everyPermission });
    expect(document.security).toEqual([{ key: [] }, { session: [] }]);
    expect(Object.keys(document.paths)).toContain("/api/keys");
    expect((await nobody.request("GET", "/api/docs")).text).toContain("/api/executions");
  });
});
