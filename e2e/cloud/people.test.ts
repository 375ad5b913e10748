import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { platformToken, startCloud } from "../support/cloud/app.ts";
import type { CloudApp } from "../support/cloud/app.ts";
import { cloudClient, signUp } from "../support/cloud/client.ts";
import type { Answer, CloudClient } from "../support/cloud/client.ts";
import { readSamples, sumOf, until } from "@executor/testing";

const password = "correct horse battery";

const from = (address: string) => ({ "cf-connecting-ip": address });

describe("people without an account", () => {
  let app: CloudApp;
  let nobody: CloudClient;

  beforeAll(async () => {
    app = await startCloud();
    nobody = cloudClient(app);
  });
  afterAll(() => app.stop());

  const signIn = (name: string, given: string, headers: Record<string, string> = {}) =>
    nobody.request(
      "POST",
      "/api/auth/sign-in/email",
      { email: `${name}@example.com`, password: given },
      headers,
    );

  /** Signs in with wrong passwords until it is refused. */
  const guess = async (name: string, headers: Record<string, string> = {}, max = 60) => {
    const answers: Array<Answer> = [];
    while (answers.length < max && answers.at(-1)?.status !== 429) {
      answers.push(await signIn(name, "wrong password", headers));
    }
    return answers;
  };

  const expectLimited = (answer: Answer | undefined): void => {
    const seconds = Number(answer?.headers.get("retry-after"));
    expect([answer?.status, answer?.json()]).toMatchObject([
      429,
      { _tag: "TooManyAttempts", retryAfterSeconds: seconds },
    ]);
    expect(seconds > 0 && seconds <= 3_600).toBe(true);
  };

  it("are asked to come back where many sign in at once, and others are answered meanwhile", async () => {
    let signingIn = 40;
    const signIns = Array.from({ length: signingIn }, async (_, count) => {
      const answer = await signIn(`nobody-${count}`, "wrong password");
      signingIn -= 1;
      return answer;
    });
    const signingInMeanwhile = new Set<number>();
    while (signingIn > 0) {
      expect((await nobody.request("GET", "/api/health")).status).toBe(200);
      signingInMeanwhile.add(signingIn);
    }
    const answers = await Promise.all(signIns);
    const busy = answers.filter(({ status }) => status === 503);
    expect(busy.length).toBeGreaterThan(0);
    expect(answers.filter(({ status }) => status === 401).length).toBe(40 - busy.length);
    for (const answer of busy) {
      expect(answer.headers.get("retry-after")).toBe("2");
      expect(answer.json()).toMatchObject({ _tag: "SignInBusy", retryAfterSeconds: 2 });
    }
    // Without turns in between, others are answered when all have ended.
    expect(signingInMeanwhile.size).toBeGreaterThan(4);
  });

  it("make five guesses at an account, and then even the right password has to wait", async () => {
    await signUp(app, "ada");
    const answers = await guess("ada");
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 429]);
    expectLimited(answers.at(-1));
    expectLimited(await signIn("ada", password));
    // The case of an address's letters makes no other account.
    expectLimited(await signIn("ADA", password));
    expect((await guess("unknown")).map(({ status }) => status)).toEqual(
      answers.map(({ status }) => status),
    );
  });

  it("make five guesses also where they make all of them at once", async () => {
    const at = Array.from({ length: 12 }, () => signIn("eve", "wrong password"));
    const statuses = (await Promise.all(at)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(5);
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(7);
  });

  it("do not use up the attempts of those who know the password", async () => {
    await signUp(app, "bob");
    for (let count = 0; count < 8; count += 1) {
      expect((await signIn("bob", password, from("198.51.100.9"))).status).toBe(200);
    }
  });

  it("make fifty guesses from many addresses, and do not lock an account's owner out", async () => {
    await signUp(app, "cleo");
    expect((await signIn("cleo", password, from("203.0.113.7"))).status).toBe(200);
    let wrong = 0;
    for (let address = 0; address < 11; address += 1) {
      const answers = await guess("cleo", from(`198.51.100.${100 + address}`));
      wrong += answers.filter(({ status }) => status === 401).length;
    }
    expect(wrong).toBe(50);
    expectLimited(await signIn("cleo", password, from("198.51.100.90")));
    // Where the owner is signed in, others' guesses do not count.
    expect((await signIn("cleo", password, from("203.0.113.7"))).status).toBe(200);
  }, 600_000);

  it("make thirty guesses from one address, at whichever accounts", async () => {
    const perAddress: Array<number> = [];
    for (let person = 0; person < 7; person += 1) {
      // IPv6 addresses of one network are one address.
      const answers = await guess(`person-${person}`, from(`2001:db8::${person}`));
      perAddress.push(answers.filter(({ status }) => status === 401).length);
    }
    expect(perAddress).toEqual([5, 5, 5, 5, 5, 5, 0]);
  }, 300_000);

  it.each([
    ["change-password", "currentPassword"],
    ["verify-password", "password"],
  ])("guess no current password with a stolen session either, by %s", async (path, field) => {
    const dora = await signUp(app, `dora-${path}`);
    const ask = (given: string) =>
      dora.request("POST", `/api/auth/${path}`, {
        [field]: given,
        newPassword: "another horse battery",
      });
    for (let count = 0; count < 5; count += 1) expect((await ask("wrong")).status).toBe(400);
    expectLimited(await ask(password));
  });

  it("have sixty passwords hashed from one address, though they are right", async () => {
    await signUp(app, "finn");
    const statuses: Array<number> = [];
    for (let count = 0; count < 61; count += 1) {
      statuses.push((await signIn("finn", password, from("198.51.100.60"))).status);
    }
    expect(statuses).toEqual([...Array.from({ length: 60 }, () => 200), 429]);
    expect((await signIn("finn", password, from("198.51.100.61"))).status).toBe(200);
  }, 300_000);

  it("sign up ten times an hour from one address", async () => {
    const statuses: Array<number> = [];
    for (let count = 0; count < 11; count += 1) {
      const person = { name: "x", email: `many-${count}@example.com`, password };
      const path = "/api/auth/sign-up/email";
      statuses.push((await nobody.request("POST", path, person, from("192.0.2.1"))).status);
    }
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 200), 429]);
  });

  it("send bodies of 4 KiB at most, and no long paths", async () => {
    const gwen = await signUp(app, "gwen");
    for (const [path, body] of [
      ["sign-in/email", { email: "ada@example.com", password: "x".repeat(5_000) }],
      ["update-user", { name: "x".repeat(5_000) }],
      ["organization/create", { name: "x".repeat(5_000), slug: "x" }],
    ] as const) {
      const answer = await gwen.request("POST", `/api/auth/${path}`, body);
      expect([answer.status, answer.json()]).toMatchObject([413, { _tag: "BodyTooLarge" }]);
    }
    for (const path of ["x".repeat(200), `reset-password/${"x".repeat(200)}`]) {
      const answer = await nobody.request("GET", `/api/auth/${path}`);
      expect([answer.status, answer.json()]).toMatchObject([404, { _tag: "RouteNotFound" }]);
    }
  });

  it("leave 500 characters of what their browser says it is", async () => {
    await signUp(app, "hugo");
    const { headers } = await signIn("hugo", password, { "user-agent": "x".repeat(5_000) });
    const [cookie = ""] = headers.getSetCookie().map((one) => one.split(";")[0] ?? "");
    const hugo = cloudClient(app, { cookie, origin: app.url });
    const sessions = await hugo.ask("GET", "/api/auth/list-sessions");
    expect(sessions).toContainEqual(expect.objectContaining({ userAgent: "x".repeat(500) }));
  });

  it("are counted for the platform where they are refused", async () => {
    const operator = cloudClient(app, { authorization: `Bearer ${platformToken}` });
    const refused = async (outcome: string) =>
      sumOf(
        readSamples((await operator.request("GET", "/api/platform/metrics")).text),
        "executor_auth_attempts_total",
        { outcome, surface: "api" },
      );
    const before = await refused("rate_limited");
    for (let count = 0; count < 3; count += 1) expectLimited(await signIn("ada", "wrong"));
    // Those of the tests above may still be on their way.
    await until("refusals are counted", async () => (await refused("rate_limited")) >= before + 3);
    expect(await refused("unauthorized")).toBeGreaterThan(50);
  });
});
