import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { Schema } from "effect";
import { startCloud } from "../../support/cloud/app.ts";
import type { CloudApp } from "../../support/cloud/app.ts";
import {
  cloudClient,
  everyPermission,
  makeOrganization,
  signUp,
  withKey,
} from "../../support/cloud/client.ts";
import type { CloudClient, CloudOrganization } from "../../support/cloud/client.ts";
import { addMember, change } from "../../support/cloud/database.ts";
import { until } from "@executor/testing";

const Time = Schema.NullOr(Schema.DateFromString);
const Key = Schema.Struct({
  id: Schema.String,
  name: Schema.String,
  holder: Schema.Struct({ id: Schema.String, name: Schema.String, email: Schema.String }),
  createdAt: Schema.DateFromString,
  expiresAt: Time,
  lastUsedAt: Time,
});
const decodePage = Schema.decodeUnknownSync(
  Schema.Struct({ items: Schema.Array(Key), nextCursor: Schema.NullOr(Schema.String) }),
);
const decodeMade = Schema.decodeUnknownSync(
  Schema.Struct({ id: Schema.String, key: Schema.String }),
);

const maxKeys = 500;

describe("keys of an organization", () => {
  let app: CloudApp;
  let ada: CloudClient;
  let acme: CloudOrganization;
  let people = 0;

  beforeAll(async () => {
    app = await startCloud();
    ada = await signUp(app, "ada");
    acme = await makeOrganization(app, ada, "acme");
  });
  afterAll(() => app.stop());

  /** Somebody new in the organization, with a key. */
  const colleague = async (role: string) => {
    people += 1;
    const name = `colleague-${people}`;
    const email = `${name}@example.com`;
    const client = await signUp(app, name);
    addMember(app, acme.id, email, role);
    const payload = { name, permissions: everyPermission };
    const make = async () => decodeMade(await client.ask("POST", "/api/keys", payload));
    const { id, key } = await make();
    const agent = withKey(app, key);
    const memberId = `member-${email}-${acme.id}`;
    return { client, email, id, key, agent, make, memberId };
  };

  const status = async (client: CloudClient, method = "GET", path = "/api/sources") =>
    (await client.request(method, path)).status;

  const list = async (client: CloudClient, limit = 1_000) =>
    decodePage(await client.ask("GET", `/api/keys?limit=${limit}`)).items;

  it("are all listed, in pages, and the last is revoked at once", async () => {
    const person = await signUp(app, "many");
    const many = await makeOrganization(app, person, "many");
    const made: Array<{ readonly id: string; readonly key: string }> = [];
    while (made.length < 250) {
      const tenMore = Array.from({ length: 10 }, () => many.makeKey(["sources:read"]));
      made.push(...(await Promise.all(tenMore)));
    }
    const listed: Array<string> = [];
    const sizes: Array<number> = [];
    for (let path: string | undefined = "/api/keys"; path !== undefined;) {
      const { items, nextCursor } = decodePage(await person.ask("GET", path));
      sizes.push(items.length);
      listed.push(...items.map(({ id }) => id));
      path = nextCursor === null ? undefined : `/api/keys?cursor=${nextCursor}`;
    }
    expect(sizes).toEqual([50, 50, 50, 50, 50]);
    expect(listed.toSorted()).toEqual(made.map(({ id }) => id).toSorted());
    const times = (await list(person)).map(({ createdAt }) => createdAt.getTime());
    expect(times).toEqual(times.toSorted((a, b) => b - a));

    const last = made.find(({ id }) => id === listed.at(-1));
    const other = made.find(({ id }) => id === listed[0]);
    if (last === undefined || other === undefined) throw new Error("There are no keys.");
    expect(await status(withKey(app, last.key))).toBe(200);
    await person.ask("DELETE", `/api/keys/${last.id}`);
    expect(await status(withKey(app, last.key))).toBe(401);
    expect(await status(withKey(app, other.key))).toBe(200);
    expect(await status(person, "DELETE", `/api/keys/${last.id}`)).toBe(404);
    expect(await list(person)).toHaveLength(249);

    const wrong = await person.request("GET", "/api/keys?cursor=nonsense");
    expect([wrong.status, wrong.json()]).toMatchObject([400, { _tag: "InvalidCursor" }]);
  });

  it("are so many; the message says to revoke some, and expired ones make room", async () => {
    const person = await signUp(app, "full");
    const full = await makeOrganization(app, person, "full");
    await full.makeKey(["sources:read"]);
    const fill = (expiresAt: string, count: number) =>
      change(
        app,
        `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
          INSERT INTO apikey (id, configId, referenceId, memberId, name, key, createdAt, updatedAt, expiresAt)
          SELECT ?2 || '-' || i, 'org', referenceId, memberId, name, ?2 || '-' || i, createdAt, updatedAt, ?2
          FROM apikey, n WHERE referenceId = ?3`,
        count,
        expiresAt,
        full.id,
      );
    fill("2999-01-01T00:00:00.000Z", maxKeys - 1);
    const payload = { name: "one more", permissions: ["sources:read"] };
    const refused = await person.request("POST", "/api/keys", payload);
    expect(refused.status).toBe(409);
    expect(refused.json()).toMatchObject({ _tag: "TooManyKeys", limit: maxKeys });
    expect(refused.text).toContain("Revoke");
    change(
      app,
      "UPDATE apikey SET expiresAt = '2020-01-01T00:00:00.000Z' WHERE id LIKE '%-1' AND referenceId = ?",
      full.id,
    );
    await person.ask("POST", "/api/keys", payload);
    const tenAtOnce = await Promise.all(
      Array.from({ length: 10 }, () => person.request("POST", "/api/keys", payload)),
    );
    expect(new Set(tenAtOnce.map((answer) => answer.status))).toEqual(new Set([409]));
    expect(await list(person)).toHaveLength(maxKeys);
    const repeated = { name: "x", permissions: Array.from({ length: 11 }, () => "sources:read") };
    expect((await person.request("POST", "/api/keys", repeated)).status).toBe(400);
    const large = { name: "x".repeat(100_000), permissions: ["sources:read"] };
    expect((await person.request("POST", "/api/keys", large)).status).toBe(413);
  });

  it("show who holds them, when they expire, and when they were used last", async () => {
    const { agent, email, id } = await colleague("admin");
    const shown = async () => (await list(ada)).find((key) => key.id === id);
    const before = await shown();
    expect(before).toMatchObject({ holder: { email }, expiresAt: null, lastUsedAt: null });
    await agent.ask("GET", "/api/sources");
    await until("the use is written", async () => (await shown())?.lastUsedAt !== null);
    const lastUse = (await shown())?.lastUsedAt?.getTime();
    await agent.ask("GET", "/api/sources");
    expect((await shown())?.lastUsedAt?.getTime()).toBe(lastUse);
    const { id: expiring } = await acme.makeKey(["metrics:read"], 1);
    const key = (await list(ada)).find((one) => one.id === expiring);
    const aDay = 24 * 60 * 60 * 1000;
    expect(Number(key?.expiresAt) - Number(key?.createdAt)).toBe(aDay);
  });

  it("end when their holder is removed, leaves, or is gone by any other way", async () => {
    const removed = await colleague("admin");
    const left = await colleague("admin");
    const gone = await colleague("admin");
    for (const { agent } of [removed, left, gone]) expect(await status(agent)).toBe(200);
    const organizationId = acme.id;
    await ada.ask("POST", "/api/auth/organization/remove-member", {
      memberIdOrEmail: removed.email,
      organizationId,
    });
    await left.client.ask("POST", "/api/auth/organization/leave", { organizationId });
    // Nothing tells the app, nor removes the key's row.
    change(app, "DELETE FROM member WHERE id = ?", gone.memberId);
    const listed = (await list(ada)).map(({ id }) => id);
    for (const { agent, id } of [removed, left, gone]) {
      const refused = await agent.request("GET", "/api/sources");
      expect(refused.status).toBe(401);
      expect(refused.text).toContain("holder's membership");
      expect(listed).not.toContain(id);
    }
    const strange = await signUp(app, "short-lived");
    const closed = await makeOrganization(app, strange, "closed");
    const ofClosed = withKey(app, (await closed.makeKey(["sources:read"])).key);
    expect(await status(ofClosed)).toBe(200);
    await strange.ask("POST", "/api/auth/organization/delete", { organizationId: closed.id });
    expect(await status(ofClosed)).toBe(401);
    // Who comes back, here with the id of the former membership, does not bring the keys of former times.
    addMember(app, acme.id, removed.email, "owner");
    expect(await status(removed.agent)).toBe(401);
  });

  it("do no more than their holder may", async () => {
    const { agent, memberId } = await colleague("admin");
    expect(await status(agent, "DELETE", "/api/sources/none")).toBe(404);
    const role = (name: string) =>
      ada.ask("POST", "/api/auth/organization/update-member-role", {
        memberId,
        role: name,
        organizationId: acme.id,
      });
    await role("member");
    expect(await status(agent, "DELETE", "/api/sources/none")).toBe(403);
    expect(await status(agent)).toBe(200);
    await role("admin");
    expect(await status(agent, "DELETE", "/api/sources/none")).toBe(404);
  });

  it("are revoked and taken by any owner, and outlive then who made them", async () => {
    const maker = await colleague("owner");
    const { id: other } = await maker.make();
    const admin = await colleague("admin");
    const taking = `/api/keys/${maker.id}/take`;
    const refused = await admin.client.request("POST", taking);
    expect([refused.status, refused.json()]).toMatchObject([403, { _tag: "Forbidden" }]);
    const stranger = await signUp(app, "stranger");
    await makeOrganization(app, stranger, "strange");
    expect(await status(stranger, "POST", taking)).toBe(404);
    expect(await status(stranger, "DELETE", `/api/keys/${maker.id}`)).toBe(404);
    expect(await status(maker.agent, "POST", taking)).toBe(403);
    expect(await status(cloudClient(app), "POST", taking)).toBe(401);
    const unknown = await ada.request("POST", "/api/keys/none/take");
    expect([unknown.status, unknown.json()]).toMatchObject([404, { _tag: "KeyNotFound" }]);

    const taken = Schema.decodeUnknownSync(Key)(await ada.ask("POST", taking));
    expect(taken.holder.email).toBe("ada@example.com");
    await ada.ask("DELETE", `/api/keys/${other}`);
    await ada.ask("POST", "/api/auth/organization/remove-member", {
      memberIdOrEmail: maker.email,
      organizationId: acme.id,
    });
    expect(await status(maker.agent)).toBe(200);
    const listed = (await list(ada)).filter(({ name }) => taken.name === name);
    expect(listed.map(({ id }) => id)).toEqual([maker.id]);
  });
});
