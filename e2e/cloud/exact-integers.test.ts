import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { startCloud } from "../support/cloud/app.ts";
import type { CloudApp } from "../support/cloud/app.ts";
import { everyPermission, makeOrganization, signUp, withKey } from "../support/cloud/client.ts";
import type { CloudClient } from "../support/cloud/client.ts";
import {
  exactCode,
  exactRequests,
  exactResult,
  exactSources,
  exactValue,
  startExactUpstream,
} from "../support/upstreams/exact-integers.ts";
import type { ExactUpstream } from "../support/upstreams/exact-integers.ts";

describe("integers beyond 2^53 in the cloud", () => {
  let app: CloudApp;
  let client: CloudClient;
  let upstream: ExactUpstream;

  beforeAll(async () => {
    upstream = startExactUpstream();
    app = await startCloud();
    const acme = await makeOrganization(app, await signUp(app, "ada"), "acme");
    client = withKey(app, (await acme.makeKey(everyPermission)).key);
    for (const source of exactSources(upstream.url)) {
      await client.ask("POST", "/api/sources", source);
    }
    await client.ask("PUT", "/api/policies", [{ pattern: "*", decision: "allow" }]);
  });
  afterAll(async () => {
    await app.stop();
    await upstream.stop();
  });

  it("keep their digits from a reply through agent code into the next call, for every kind of source", async () => {
    const run = await client.execute(exactCode);
    expect(exactResult(run.output?.value)).toEqual(exactValue);
    const seen = upstream.seen().join("\n");
    for (const request of exactRequests) expect(seen).toContain(request);
  });
});
