import { describe, expect, it } from "@effect/vitest";
import { currentOwner, organizationMetrics } from "@executor/telemetry";
import { respondInOrganization } from "../src/organization/in-organization.ts";

const owner = organizationMetrics(10);

const responding = (source: UnderlyingDefaultSource<Uint8Array>) => {
  let ends = 0;
  const response = respondInOrganization(
    owner,
    new Response(new ReadableStream(source, { highWaterMark: 0 })),
    () => {
      ends += 1;
    },
  );
  return { response, ends: () => ends };
};

describe("respondInOrganization", () => {
  it("has the stream read on the organization's behalf, and ends with it", async () => {
    const owners: Array<unknown> = [];
    const { ends, response } = responding({
      pull: async (controller) => {
        owners.push(currentOwner());
        await Promise.resolve();
        owners.push(currentOwner());
        controller.enqueue(new TextEncoder().encode("x"));
        if (owners.length === 4) controller.close();
      },
    });
    expect(await response.text()).toBe("xx");
    expect(owners).toEqual([owner, owner, owner, owner]);
    expect(owners[0]).toBe(owner);
    expect(ends()).toBe(1);
  });

  it("ends once where the reader leaves while it waits for more", async () => {
    const owners: Array<unknown> = [];
    const { ends, response } = responding({
      pull: () => new Promise(() => {}),
      cancel: () => {
        owners.push(currentOwner());
      },
    });
    const reader = response.body?.getReader();
    const waiting = reader?.read();
    await Promise.resolve();
    await reader?.cancel();
    await waiting;
    await new Promise((resolve) => setImmediate(resolve));
    expect(owners).toEqual([owner]);
    expect(ends()).toBe(1);
  });

  it("ends where the stream breaks, and where there is none", async () => {
    const { ends, response } = responding({
      pull: () => Promise.reject(new Error("broken")),
    });
    await expect(response.text()).rejects.toThrow("broken");
    expect(ends()).toBe(1);
    let ended = 0;
    respondInOrganization(owner, new Response(null, { status: 204 }), () => {
      ended += 1;
    });
    expect(ended).toBe(1);
  });
});
