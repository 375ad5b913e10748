import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { startCloud } from "../support/cloud/app.ts";
import type { CloudApp } from "../support/cloud/app.ts";
import {
  cloudClient,
  everyPermission,
  makeOrganization,
  signUp,
  withKey,
} from "../support/cloud/client.ts";
import type { CloudClient } from "../support/cloud/client.ts";
import { sumOf } from "@executor/testing";

const newOrganization = async (app: CloudApp, slug: string): Promise<CloudClient> => {
  const organization = await makeOrganization(app, await signUp(app, slug), slug);
  return withKey(app, (await organization.makeKey(everyPermission)).key);
};

describe("two organizations, one of which computes without end", () => {
  let app: CloudApp;
  let greedy: CloudClient;
  let small: CloudClient;

  beforeAll(async () => {
    app = await startCloud();
    greedy = await newOrganization(app, "greedy");
    small = await newOrganization(app, "small");
  });
  afterAll(() => app.stop());

  it("both have their turns: requests and executions of the other end while the loops go on", async () => {
    const limit = 60_000;
    let ended = 0;
    const loops = Array.from({ length: 104 }, async (_, at) => {
      const code = ["for (;;) {}", "for (;;) await null", "/^(a|a?)+$/.test('a'.repeat(50) + 'b')"];
      await greedy
        .request("POST", "/api/executions", { code: code[at % 3], timeoutMs: limit })
        .catch(() => {});
      ended++;
    });
    const running = async (): Promise<number> =>
      sumOf(await greedy.metrics(), "executor_execution_active", { state: "running" });
    while ((await running()) < 4) await small.metrics();
    const wrongSignIns = Array.from({ length: 12 }, () =>
      cloudClient(app).request("POST", "/api/auth/sign-in/email", {
        email: "greedy@example.com",
        password: "not this one",
      }),
    );

    for (let count = 0; count < 20; count++) {
      expect((await small.execute("return 6 * 7")).output?.value).toBe(42);
      await small.metrics();
    }
    const computing = "let n = 0; for (let i = 0; i < 300_000; i++) n += i % 7; return n";
    expect((await small.execute(computing)).output?.value).toBe(899_997);
    expect(await running()).toBe(4);
    expect(ended).toBe(0);

    await Promise.all(wrongSignIns);
    await app.kill();
    await Promise.all(loops);
  });
});
