import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { startCloud } from "../../support/cloud/app.ts";
import type { CloudApp } from "../../support/cloud/app.ts";
import { makeOrganization, signUp, withKey } from "../../support/cloud/client.ts";
import type { CloudClient, CloudOrganization } from "../../support/cloud/client.ts";
import { sumOf } from "@executor/testing";
import { initialize, mcpHeaders } from "../../support/mcp/initialize.ts";

describe("what one key may take from the others of its organization", () => {
  let app: CloudApp;
  let acme: CloudOrganization;

  beforeAll(async () => {
    app = await startCloud();
    acme = await makeOrganization(app, await signUp(app, "ada"), "acme");
  });
  afterAll(() => app.stop());

  /** A body of which 15 MB arrive, and then nothing. */
  const stalled = (): ReadableStream<Uint8Array> => {
    let sent = 0;
    return new ReadableStream({
      pull: (controller) => {
        sent += 1;
        if (sent > 15) return new Promise(() => {});
        controller.enqueue(new Uint8Array(1_000_000));
        return undefined;
      },
    });
  };

  const keyWith = async (...permissions: ReadonlyArray<string>): Promise<CloudClient> =>
    withKey(app, (await acme.makeKey(permissions)).key);

  it("is no memory for bodies that it may not send: it is refused before they have arrived", async () => {
    const [weak, scraper] = [await keyWith("metrics:read"), await keyWith("metrics:read")];
    const paths = ["/api/executions", "/api/secrets", "/api/sources", "/mcp", "/api/nothing"];
    const answers = paths.map((path) => weak.send("POST", path, stalled()));
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    expect(statuses).toEqual([403, 404, 403, 403, 404]);
    const samples = await scraper.metrics();
    const refused = (surface: string): number =>
      sumOf(samples, "executor_auth_attempts_total", { outcome: "forbidden", surface });
    expect([refused("api"), refused("mcp")]).toEqual([2, 1]);
  });

  it("is no memory for bodies that stop half way: those beyond its share are refused", async () => {
    const [weak, other] = [await keyWith("executions:write"), await keyWith("executions:write")];
    const sending = Array.from({ length: 4 }, () =>
      weak.send("POST", "/api/executions", stalled()),
    );
    const refused = await Promise.race(sending);
    expect([refused.status, refused.json()]).toEqual([
      429,
      expect.objectContaining({ _tag: "TooManyUnfinishedBodies" }),
    ]);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    const large = JSON.stringify({ code: 1, padding: "x".repeat(15_000_000) });
    expect((await other.send("POST", "/api/executions", large)).status).toBe(400);
    const statuses = (await Promise.all(sending)).map(({ status }) => status);
    expect(statuses.toSorted((a, b) => a - b)).toEqual([408, 429, 429, 429]);
  });

  it("are no MCP sessions, however many it opens", async () => {
    const [few, many] = [await keyWith("executions:write"), await keyWith("executions:write")];
    const open = async (client: CloudClient): Promise<string> => {
      const { headers } = await client.request("POST", "/mcp", initialize(), mcpHeaders);
      return headers.get("mcp-session-id") ?? "";
    };
    const statusOf = async (client: CloudClient, session: string): Promise<number> => {
      const headers = { ...mcpHeaders, "mcp-session-id": session };
      const ping = { jsonrpc: "2.0", id: 2, method: "ping" };
      return (await client.request("POST", "/mcp", ping, headers)).status;
    };
    const kept = await open(few);
    const first = await open(many);
    for (let count = 0; count < 200; count += 1) await open(many);
    expect([await statusOf(few, kept), await statusOf(many, first)]).toEqual([200, 404]);
  });
});
