import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { get } from "node:http";
import type { IncomingMessage } from "node:http";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
import { startShop } from "../support/cloud/shop.ts";
import { readSamples, sumOf, until } from "@executor/testing";
import type { Sample } from "@executor/testing";

const platformPath = "/api/platform/metrics";
const organizationsPath = "/api/platform/organizations/metrics";
const calls = "executor_tool_calls_total";

interface Member {
  readonly organization: CloudOrganization;
  readonly client: CloudClient;
}

describe("the platform's operator", () => {
  let app: CloudApp;
  let operator: CloudClient;
  let members: ReadonlyArray<Member> = [];
  const shop = startShop();

  beforeAll(async () => {
    // The organizations that were active last: two of three.
    app = await startCloud({ variables: { EXECUTOR_PLATFORM_ORGANIZATIONS: "2" } });
    operator = cloudClient(app, { authorization: `Bearer ${platformToken}` });
    members = [
      await makeMember("aurora"),
      await makeMember("borealis"),
      await makeMember("corona"),
    ];
    for (const [index, { client }] of members.entries()) {
      for (let call = 0; call <= index; call += 1) {
        await client.execute(`return await tools.${namespaces[index]}.items({})`);
      }
    }
    await untilCalls(6);
  });
  afterAll(async () => {
    await app.stop();
    await shop.stop();
  });

  const namespaces = ["aurorashop", "borealisshop", "coronashop"];

  const makeMember = async (slug: string): Promise<Member> => {
    const organization = await makeOrganization(app, await signUp(app, slug), slug);
    const client = withKey(app, (await organization.makeKey(everyPermission)).key);
    await shop.addTo(client, `${slug}shop`);
    return { organization, client };
  };

  const scrape = async (path: string): Promise<ReadonlyArray<Sample>> => {
    const { status, text } = await operator.request("GET", path);
    expect(status).toBe(200);
    return readSamples(text);
  };

  const untilCalls = (expected: number) =>
    until(`${expected} calls in the totals`, async () => {
      const samples = await scrape(platformPath);
      return sumOf(samples, calls, { outcome: "ok" }) === expected;
    });

  it("sees the totals of all organizations, and nothing that tells which there are", async () => {
    const samples = await scrape(platformPath);
    expect(sumOf(samples, calls, { outcome: "ok" })).toBe(6);
    expect(sumOf(samples, "executor_executions_total", { status: "completed" })).toBe(6);
    expect(sumOf(samples, "executor_tool_call_duration_seconds_count", {})).toBe(6);
    const { text } = await operator.request("GET", platformPath);
    for (const { organization } of members) {
      expect(text).not.toContain(organization.slug);
      expect(text).not.toContain(organization.id);
    }
    expect(text).not.toContain("127.0.0.1");
  });

  it("wakes no object of an organization", async () => {
    for (const { organization } of members) await app.abort(organization.id);
    const starts = app.objectStarts();
    await scrape(platformPath);
    await scrape(organizationsPath);
    expect(app.objectStarts()).toBe(starts);
  });

  it("loses no total and counts none twice over ends of all objects", async () => {
    for (const { organization } of members) await app.abort(organization.id);
    await app.abort("platform");
    expect(sumOf(await scrape(platformPath), calls, { outcome: "ok" })).toBe(6);
    const [aurora] = members;
    await aurora?.client.execute("return await tools.aurorashop.items({})");
    await untilCalls(7);
  });

  it("sees each organization under its id where that is switched on, up to the bound", async () => {
    const samples = await scrape(organizationsPath);
    const seen = new Set(samples.map(({ labels }) => labels["executor_organization"] ?? ""));
    expect(seen.size).toBe(2);
    for (const id of seen) {
      const index = members.findIndex(({ organization }) => organization.id === id);
      const made = index === 0 ? 2 : index + 1;
      const labels = { executor_organization: id, outcome: "ok" };
      expect(sumOf(samples, calls, labels)).toBe(made);
    }
  });

  it.each([
    [{}, undefined],
    [{ "accept-encoding": "identity" }, undefined],
    [{ "accept-encoding": "gzip" }, "gzip"],
  ])("gets totals in an encoding that it accepts, by %j", async (accepted, encoding) => {
    const headers = { ...accepted, authorization: `Bearer ${platformToken}` };
    for (const path of [platformPath, organizationsPath]) {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        get(app.url + path, { headers, agent: false }, resolve).on("error", reject);
      });
      response.resume();
      expect(response.statusCode).toBe(200);
      expect(response.headers["content-encoding"]).toBe(encoding);
    }
  });

  it("is the only one who sees them", async () => {
    const [aurora] = members;
    for (const path of [platformPath, organizationsPath]) {
      expect((await cloudClient(app, {}).request("GET", path)).status).toBe(401);
      const wrong = cloudClient(app, { authorization: `Bearer ${platformToken}x` });
      expect((await wrong.request("GET", path)).status).toBe(401);
      expect((await aurora?.client.request("GET", path))?.status).toBe(401);
    }
    const own = await aurora?.client.request("GET", "/api/metrics");
    expect(own?.text).not.toContain("borealis");
    expect(own?.text).not.toContain("executor_organization");
    for (const path of ["/internal/reports", "/internal/organizations"]) {
      expect((await operator.request("POST", path, {})).status).toBe(404);
    }
  });
});

describe("objects that their alarms wake", () => {
  const shop = startShop();
  afterAll(() => shop.stop());

  it("know which they are, so that no organization is counted twice or left out", async () => {
    const dataDirectory = await mkdtemp(join(tmpdir(), "executor-cloud-"));
    const variables = {
      EXECUTOR_PLATFORM_ORGANIZATIONS: "5",
      EXECUTOR_METRICS_INTERVAL: "2000",
      EXECUTOR_MAX_REQUESTS: "10000",
    };
    let app = await startCloud({ dataDirectory, variables });
    try {
      const operator = cloudClient(app, { authorization: `Bearer ${platformToken}` });
      const samplesOf = async (path: string) =>
        readSamples((await operator.request("GET", path)).text);
      const untilCalls = (expected: number) =>
        until(`${expected} calls in the totals`, async () => {
          return sumOf(await samplesOf(platformPath), calls, { outcome: "ok" }) === expected;
        });
      const acme = await makeOrganization(app, await signUp(app, "ada"), "acme");
      const client = withKey(app, (await acme.makeKey(everyPermission)).key);
      await shop.addTo(client);
      const call = "return await tools.shop.items({})";
      for (let count = 0; count < 3; count += 1) await client.execute(call);
      await untilCalls(3);

      // Alarms stay set while there are requests.
      const ended = new AbortController();
      const scraping = (async () => {
        while (!ended.signal.aborted) {
          await operator.request("GET", platformPath).catch(() => {});
          await sleep(20);
        }
      })();
      const cutOff = client.execute("await new Promise(() => {})").catch(() => {});
      await until("the execution runs", async () =>
        JSON.stringify(await client.ask("GET", "/api/executions?limit=1")).includes('"running"'),
      );
      await app.kill();
      ended.abort();
      await Promise.all([scraping, cutOff]);

      app = await startCloud({ dataDirectory, variables, port: app.port });
      await until("both alarms", () => Promise.resolve(app.objectStarts() === 2));
      await client.execute(call);
      await untilCalls(4);
      const seen = (await samplesOf(organizationsPath)).map(
        ({ labels }) => labels["executor_organization"],
      );
      expect(new Set(seen)).toEqual(new Set([acme.id]));
    } finally {
      await app.stop();
      await rm(dataDirectory, { recursive: true });
    }
  });
});

describe("the platform's metrics", () => {
  it("are closed without a token, and those of each organization without their variable", async () => {
    const app = await startCloud({ variables: { EXECUTOR_PLATFORM_TOKEN: "" } });
    try {
      const anybody = cloudClient(app, { authorization: "Bearer " });
      expect((await anybody.request("GET", platformPath)).status).toBe(401);
    } finally {
      await app.stop();
    }
    const without = await startCloud();
    try {
      const operator = cloudClient(without, { authorization: `Bearer ${platformToken}` });
      expect((await operator.request("GET", platformPath)).status).toBe(200);
      const off = await operator.request("GET", organizationsPath);
      expect(off.status).toBe(404);
      expect(off.json()).toMatchObject({
        _tag: "EndpointNotFound",
        message: expect.stringContaining("EXECUTOR_PLATFORM_ORGANIZATIONS"),
      });
      const anybody = cloudClient(without, { authorization: "Bearer key" });
      expect((await anybody.request("GET", organizationsPath)).status).toBe(401);
    } finally {
      await without.stop();
    }
  });
});
