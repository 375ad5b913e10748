import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { until } from "@executor/testing";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { everyPermission, makeOrganization, signUp, withKey } from "../support/cloud/client.ts";
import { serveCloud } from "../support/cloud/serve.ts";
import type { ServedCloud } from "../support/cloud/serve.ts";
import { type Everything, startEverything } from "../support/upstreams/everything.ts";

describe("a server that a cloud organization can't ask yet", () => {
  let directory: string;
  let cloud: ServedCloud;
  let everything: Everything;
  let isOpen = false;
  let gate: ReturnType<typeof Bun.serve>;
  let client: ReturnType<typeof withKey>;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "executor-state-"));
    everything = await startEverything("streamableHttp");
    gate = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: (request) =>
        isOpen ? fetch(everything.url, request) : new Response("Later.", { status: 503 }),
    });
    cloud = await serveCloud(directory, { EXECUTOR_PRIVATE_UPSTREAMS: "true" });
    const acme = await makeOrganization(cloud, await signUp(cloud, "ada"), "acme");
    client = withKey(cloud, (await acme.makeKey(everyPermission)).key);
  });
  afterAll(async () => {
    await cloud.stop();
    await gate.stop(true);
    await everything.stop();
    await rm(directory, { recursive: true });
  });

  it("is kept, and read again after a later request", async () => {
    const url = `http://127.0.0.1:${gate.port}/mcp`;
    const added = await client.request("POST", "/api/sources", {
      namespace: "later",
      kind: "mcp",
      url,
    });
    expect({ status: added.status, body: added.json() }).toMatchObject({
      status: 201,
      body: { toolCount: 0, state: { status: "unreachable", code: "http_error" } },
    });
    isOpen = true;
    await until("the source is ready", async () => {
      await Bun.sleep(500);
      const shown = await client.request("GET", "/api/sources/later");
      return shown.text.includes('"status":"ready"');
    });
  });
});
