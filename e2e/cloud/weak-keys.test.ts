import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { startCloud } from "../support/cloud/app.ts";
import type { CloudApp } from "../support/cloud/app.ts";
import { makeOrganization, signUp, withKey } from "../support/cloud/client.ts";
import type { CloudClient, CloudOrganization } from "../support/cloud/client.ts";
import { initialize, mcpHeaders } from "../support/mcp/initialize.ts";

describe("what one key may take from the others of its organization", () => {
  let app: CloudApp;
  let acme: CloudOrganization;

  beforeAll(async () => {
    app = await startCloud();
    acme = await makeOrganization(app, await signUp(app, "ada"), "acme");
  });
  afterAll(() => app.stop());

  const keyWith = async (...permissions: ReadonlyArray<string>): Promise<CloudClient> =>
    withKey(app, (await acme.makeKey(permissions)).key);

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
