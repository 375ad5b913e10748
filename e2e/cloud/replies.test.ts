import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { startCloud } from "../support/cloud/app.ts";
import type { CloudApp } from "../support/cloud/app.ts";
import { everyPermission, makeOrganization, signUp, withKey } from "../support/cloud/client.ts";
import type { CloudClient } from "../support/cloud/client.ts";
import { startReplyUpstream } from "../support/upstreams/replies.ts";

describe("replies in agent code in the cloud", () => {
  let app: CloudApp;
  let client: CloudClient;
  const upstream = startReplyUpstream();

  beforeAll(async () => {
    app = await startCloud();
    const acme = await makeOrganization(app, await signUp(app, "ada"), "acme");
    client = withKey(app, (await acme.makeKey(everyPermission)).key);
    await client.ask("POST", "/api/sources", upstream.source);
  });
  afterAll(async () => {
    await app.stop();
    await upstream.stop();
  });

  it("give errors, headers, the next page and streams as far as they came", async () => {
    const run = await client.execute(`
      const error = await tools.up.invalid().catch((e) => [e.status, e.headers["retry-after"], e.data]);
      const { next, status } = await tools.up.list({}, { response: true });
      const refused = await tools.up.list({}, { other: 1 }).catch((e) => e.code);
      const { headers } = await tools.up.count({}, { response: true });
      return { error, next, status, refused, total: headers["x-total-count"], events: await tools.up.events() };
    `);
    expect(run.output?.value).toEqual({
      error: [422, "17", { message: "invalid", errors: { email: ["taken"] } }],
      next: { page: 2 },
      status: 200,
      refused: "invalid_input",
      total: "7",
      events: { events: [{ event: "tick", data: { n: 1 } }], incomplete: "timeout" },
    });
  });
});
