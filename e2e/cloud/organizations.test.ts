import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { Schema } from "effect";
import { startCloud } from "../support/cloud/app.ts";
import type { CloudApp } from "../support/cloud/app.ts";
import { cloudClient, makeOrganization, signUp } from "../support/cloud/client.ts";
import type { CloudClient } from "../support/cloud/client.ts";

const Organizations = Schema.Array(Schema.Struct({ id: Schema.String, slug: Schema.String }));
const Invitation = Schema.Struct({ id: Schema.String });

const create = (person: CloudClient, slug: string) =>
  person.request("POST", "/api/auth/organization/create", { name: slug, slug });

const list = async (person: CloudClient) =>
  Schema.decodeUnknownSync(Organizations)(await person.ask("GET", "/api/auth/organization/list"));

describe("an account", () => {
  let app: CloudApp;

  beforeAll(async () => {
    app = await startCloud();
  });
  afterAll(() => app.stop());

  const refusal = { _tag: "TooManyOrganizations", message: expect.stringContaining("5") };

  it("owns five organizations at most, and belongs to others beside them", async () => {
    const [ada, bob] = await Promise.all([signUp(app, "ada"), signUp(app, "bob")]);
    const bolt = await makeOrganization(app, bob, "bolt");
    const invited = await bob.ask("POST", "/api/auth/organization/invite-member", {
      organizationId: bolt.id,
      email: "ada@example.com",
      role: "member",
    });
    const invitationId = Schema.decodeUnknownSync(Invitation)(invited).id;
    await ada.ask("POST", "/api/auth/organization/accept-invitation", { invitationId });
    for (let count = 0; count < 5; count += 1) await makeOrganization(app, ada, `acme-${count}`);
    const sixth = await create(ada, "acme-5");
    expect([sixth.status, sixth.json()]).toMatchObject([403, refusal]);
    const first = (await list(ada)).find(({ slug }) => slug.startsWith("acme"));
    await ada.ask("POST", "/api/auth/organization/delete", { organizationId: first?.id });
    expect((await create(ada, "acme-5")).status).toBe(200);
  });

  it("owns five also where it makes twelve at once", async () => {
    const eve = await signUp(app, "eve");
    const made = await Promise.all(
      Array.from({ length: 12 }, (_, count) => create(eve, `eve-${count}`)),
    );
    const kept = made.filter(({ status }) => status === 200);
    const owned = await list(eve);
    expect(owned.length).toBe(kept.length);
    expect(owned.length).toBeLessThanOrEqual(5);
  });

  it("makes ten organizations a day, though it deletes them", async () => {
    const cleo = await signUp(app, "cleo");
    for (let count = 0; count < 10; count += 1) {
      const { id } = await makeOrganization(app, cleo, `cleo-${count}`);
      await cleo.ask("POST", "/api/auth/organization/delete", { organizationId: id });
    }
    const next = await create(cleo, "cleo-10");
    expect([next.status, next.json()]).toMatchObject([429, { _tag: "TooManyAttempts" }]);
  });

  it("has fifty sessions at most: a new one ends the oldest", async () => {
    const dora = await signUp(app, "dora");
    const signIn = { email: "dora@example.com", password: "correct horse battery" };
    const session = async () => (await dora.request("GET", "/api/auth/get-session")).text;
    for (let count = 0; count < 49; count += 1) {
      await cloudClient(app).ask("POST", "/api/auth/sign-in/email", signIn);
    }
    expect(await session()).toContain("dora@example.com");
    await cloudClient(app).ask("POST", "/api/auth/sign-in/email", signIn);
    expect(await session()).toBe("null");
  }, 300_000);
});
