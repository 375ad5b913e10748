import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { setTimeout as sleep } from "node:timers/promises";
import { startCloud } from "../support/cloud/app.ts";
import type { CloudApp } from "../support/cloud/app.ts";
import { everyPermission, makeOrganization, signUp, withKey } from "../support/cloud/client.ts";
import type { CloudClient, CloudOrganization } from "../support/cloud/client.ts";
import { startShop } from "../support/cloud/shop.ts";
import { sumOf, until } from "@executor/testing";
import type { Sample } from "@executor/testing";

const rounds = 20;

describe("the counters of an organization", () => {
  let app: CloudApp;
  let acme: CloudOrganization;
  let client: CloudClient;
  const shop = startShop();

  beforeAll(async () => {
    app = await startCloud();
    acme = await makeOrganization(app, await signUp(app, "ada"), "acme");
    client = withKey(app, (await acme.makeKey(everyPermission)).key);
    await shop.addTo(client);
  });
  afterAll(async () => {
    await app.stop();
    await shop.stop();
  });

  const calls = (samples: ReadonlyArray<Sample>): number =>
    sumOf(samples, "executor_tool_calls_total", { mcp_tool_name: "shop.items" });

  it("never fall over 20 ends of the object under load, and lose what was counted since they were last stored", async () => {
    const highest = new Map<string, number>();
    let attempted = 0;
    let made = 0;
    let madeAtScrape = 0;
    let atRisk = 0;
    let ending = false;
    let scrapes = 0;

    const load = async (): Promise<void> => {
      while (!ending) {
        attempted += 1;
        const { status } = await client
          .request("POST", "/api/executions", { code: "return await tools.shop.items({})" })
          .catch(() => ({ status: 0 }));
        if (status === 200) made += 1;
        else await sleep(20);
      }
    };

    const scrape = async (): Promise<number> => {
      const before = made;
      const samples = await client.metrics().catch(() => undefined);
      if (samples === undefined) return -1;
      scrapes += 1;
      for (const { labels, name, value } of samples) {
        if (!/_(total|count|bucket|sum)$/.test(name)) continue;
        const series = JSON.stringify([name, labels]);
        const last = highest.get(series) ?? 0;
        if (value < last) throw new Error(`${series} fell from ${last} to ${value}.`);
        highest.set(series, value);
      }
      const lost = [...highest.keys()].filter(
        (series) => !samples.some(({ labels, name }) => series === JSON.stringify([name, labels])),
      );
      if (lost.length > 0) throw new Error(`A scrape lacks ${lost.join(", ")}.`);
      madeAtScrape = Math.max(madeAtScrape, before);
      return calls(samples);
    };

    const workers = [load(), load(), load()];
    for (let round = 0; round < rounds; round += 1) {
      for (let count = 0; count < 3; count += 1) {
        await sleep(60);
        await scrape();
      }
      await sleep(60);
      if (round % 4 === 3) {
        const { dataDirectory, port } = app;
        await app.kill();
        atRisk += made - madeAtScrape;
        app = await startCloud({ dataDirectory, port });
      } else {
        await app.abort(acme.id);
        atRisk += made - madeAtScrape;
      }
      madeAtScrape = made;
      // At once, so that it meets the object while it starts.
      await scrape();
    }
    ending = true;
    await Promise.all(workers);
    const counted = await scrape();
    expect(scrapes).toBeGreaterThan(rounds * 2);
    expect(counted).toBeLessThanOrEqual(attempted);
    expect(counted).toBeGreaterThanOrEqual(made - atRisk);
    expect(atRisk).toBeLessThan(made);
  });

  it("lose nothing that was followed by a quiet second", async () => {
    const before = calls(await client.metrics());
    for (let count = 0; count < 5; count += 1)
      await client.execute("return await tools.shop.items({})");
    await sleep(1_000);
    const { dataDirectory, port } = app;
    await app.kill();
    app = await startCloud({ dataDirectory, port });
    expect(calls(await client.metrics())).toBe(before + 5);
  });

  it("have an execution that the end of the object cut off as interrupted, once, and the key that asked for it", async () => {
    const interrupted = async () =>
      sumOf(await client.metrics(), "executor_executions_total", { status: "interrupted" });
    const before = await interrupted();
    const cutOff = client
      .request("POST", "/api/executions", { code: "await new Promise(() => {})" })
      .catch(() => undefined);
    const newest = () => client.ask("GET", "/api/executions?limit=1");
    await until("it runs", async () => JSON.stringify(await newest()).includes('"running"'));
    await app.abort(acme.id);
    await cutOff;
    const told = [
      { status: "interrupted", caller: { client: null, subject: expect.stringMatching(/^key:./) } },
    ];
    expect(await newest()).toMatchObject(told);
    expect(await interrupted()).toBe(before + 1);
    await app.abort(acme.id);
    expect(await newest()).toMatchObject(told);
    expect(await interrupted()).toBe(before + 1);
  });

  it("are whole in every scrape that meets the object's start", async () => {
    const before = calls(await client.metrics());
    await app.abort(acme.id);
    const answers = await Promise.all(Array.from({ length: 8 }, () => client.metrics()));
    expect(answers.map(calls)).toEqual(answers.map(() => before));
  });
});
