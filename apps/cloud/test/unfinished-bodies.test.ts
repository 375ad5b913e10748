import { describe, expect, it } from "@effect/vitest";
import { Identity } from "../src/auth/authenticate.ts";
import { UnfinishedBodies } from "../src/auth/unfinished-bodies.ts";

const identity = (organization: string, subject: string) =>
  new Identity({ organization, subject, permissions: [], answersForAll: false });

const ada = identity("acme", "key:ada");

/** A request whose body is under control, and its answer or what is forwarded. */
const begin = (bodies: UnfinishedBodies, sender: Identity) => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const request = new Request("http://localhost/api/executions", {
    method: "POST",
    body: readable,
  });
  const read = bodies.read(request, sender);
  return {
    send: (bytes: number) => writer.write(new Uint8Array(bytes)),
    end: () => writer.close(),
    breakOff: () => writer.abort(new Error("The connection is lost.")),
    outcome: async () => {
      const outcome = await read;
      if (outcome instanceof Request) return (await outcome.bytes()).length;
      const answer: unknown = await outcome.json();
      return [outcome.status, answer];
    },
  };
};

describe("UnfinishedBodies", () => {
  const limits = { maxMs: 60_000, maxSubjectBytes: 100, maxOrganizationBytes: 150 };

  it("forwards whole bodies, and counts none that has arrived", async () => {
    const bodies = new UnfinishedBodies(limits);
    for (let count = 0; count < 3; count += 1) {
      const body = begin(bodies, ada);
      await body.send(60);
      await body.send(40);
      await body.end();
      expect(await body.outcome()).toBe(100);
    }
  });

  it("refuses bytes beyond a sender's share, and beyond the organization's", async () => {
    const bodies = new UnfinishedBodies(limits);
    const refused = [429, expect.objectContaining({ _tag: "TooManyUnfinishedBodies" })];
    const first = begin(bodies, ada);
    await first.send(90);
    const second = begin(bodies, ada);
    await second.send(20);
    expect(await second.outcome()).toEqual(refused);
    const colleague = begin(bodies, identity("acme", "key:bob"));
    await colleague.send(90);
    expect(await colleague.outcome()).toEqual(refused);
    const elsewhere = begin(bodies, identity("bolt", "key:cleo"));
    await elsewhere.send(90);
    await elsewhere.end();
    expect(await elsewhere.outcome()).toBe(90);
    await first.end();
    expect(await first.outcome()).toBe(90);
  });

  it("refuses a body that breaks off, and one that does not arrive in time", async () => {
    const broken = begin(new UnfinishedBodies(limits), ada);
    await broken.send(10);
    await broken.breakOff();
    expect(await broken.outcome()).toEqual([
      400,
      expect.objectContaining({ _tag: "BodyIncomplete" }),
    ]);
    const slow = begin(new UnfinishedBodies({ ...limits, maxMs: 5 }), ada);
    await slow.send(10);
    expect(await slow.outcome()).toEqual([408, expect.objectContaining({ _tag: "BodyTooSlow" })]);
  });
});
