import { describe, expect, it } from "@effect/vitest";
import { encodeIdentity, Identity, identityHeader } from "../src/auth/authenticate.ts";
import { OrganizationName } from "../src/organization/organization-name.ts";

/** Object of the organization `acme`, as a request wakes it, or its alarm, which does not name it. */
const makeObject = (name?: string) => {
  const entries = new Map<string, unknown>();
  const storage = {
    get: async (key: string): Promise<unknown> => entries.get(key),
    put: async (key: string, value: unknown): Promise<void> => {
      entries.set(key, value);
    },
  };
  return { storage, id: { ...(name !== undefined && { name }), equals: () => false } };
};

/** Ids by name, of which one is that object's. */
const objects = {
  idFromName: (name: string) => ({ name, equals: () => name === "acme", toString: () => name }),
};

const requestFor = (organization: string): Headers =>
  new Headers({
    [identityHeader]: encodeIdentity(
      new Identity({ organization, subject: "key:1", permissions: [], answersForAll: false }),
    ),
  });

describe("OrganizationName", () => {
  it("outlives the object that a request woke", async () => {
    const woken = makeObject("acme");
    expect((await OrganizationName.load(woken)).value).toBe("acme");
    const { storage } = woken;
    expect((await OrganizationName.load({ ...makeObject(), storage })).value).toBe("acme");
  });

  it("is unknown in an object that its alarm woke, until a request for the organization", async () => {
    const woken = makeObject();
    const name = await OrganizationName.load(woken);
    name.readFrom(new Headers(), objects);
    name.readFrom(requestFor("globex"), objects);
    expect(name.value).toBeUndefined();
    name.readFrom(requestFor("acme"), objects);
    expect(name.value).toBe("acme");
    expect((await OrganizationName.load(woken)).value).toBe("acme");
  });
});
