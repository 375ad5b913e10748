import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { startCloud } from "../support/cloud/app.ts";
import type { CloudApp } from "../support/cloud/app.ts";
import { everyPermission, makeOrganization, signUp, withKey } from "../support/cloud/client.ts";
import type { CloudClient } from "../support/cloud/client.ts";
import { startMethodUpstream } from "../support/upstreams/methods.ts";
import type { MethodUpstream } from "../support/upstreams/methods.ts";

describe("methods and their bodies in the cloud", () => {
  let app: CloudApp;
  let client: CloudClient;
  let upstream: MethodUpstream;

  beforeAll(async () => {
    upstream = await startMethodUpstream();
    app = await startCloud();
    const acme = await makeOrganization(app, await signUp(app, "ada"), "acme");
    client = withKey(app, (await acme.makeKey(everyPermission)).key);
  });
  afterAll(async () => {
    await app.stop();
    await upstream.stop();
  });

  it("reach the upstream as the description has them, and what workerd cannot send is told", async () => {
    expect(await client.ask("POST", "/api/sources", upstream.source)).toMatchObject({
      toolCount: 4,
      warnings: [
        { code: "method_not_sent", place: "/paths/~1things/additionalOperations/LINK" },
        { code: "read_body_unsendable", place: "/paths/~1things/get/requestBody" },
      ],
    });
    await client.ask("PUT", "/api/policies", [{ pattern: "*", decision: "allow" }]);
    const run = await client.execute(`
      const given = { body: { id: "1234567890123456789" } };
      const refused = await tools.up.find(given).catch(({ code, message }) => [code, message]);
      await tools.up.find({});
      for (const name of ["query", "drop", "propfind"]) await tools.up[name](given);
      return refused;
    `);
    expect(run.output?.value).toEqual([
      "invalid_input",
      expect.stringContaining("A GET with a body cannot be sent from here."),
    ]);
    const body = '{"id":1234567890123456789}';
    expect(upstream.seen()).toEqual([
      "GET /things ",
      ...["QUERY", "DELETE", "PROPFIND"].map((name) => `${name} /things ${body}`),
    ]);
  });
});
