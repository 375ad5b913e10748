import { describe, expect, it } from "@effect/vitest";
import { PolicyPattern, ToolkitName } from "@executor/sdk";
import { ResourceUpdatedNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import { untilEffect } from "@executor/testing";
import { Effect } from "effect";
import { maxSubscriptions, Subscriptions } from "../src/offerings/subscriptions.ts";
import { connect } from "./support/client.ts";
import { Served, served, source } from "./support/host.ts";
import { followed } from "./support/offered.ts";
import { connectStateless } from "./support/stateless-client.ts";

const uri = "executor://up/test://changing";
const quiet = "executor://up/test://a";

describe("subscriptions to resources", () => {
  it.scopedLive("tell a client of a session of updates, until it unsubscribes", () =>
    Effect.gen(function* () {
      const { client } = yield* connect();
      const told: Array<string> = [];
      client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => {
        told.push(params.uri);
      });
      yield* Effect.promise(() => client.subscribeResource({ uri: quiet }));
      yield* Effect.promise(() => client.subscribeResource({ uri }));
      yield* Effect.promise(() => client.subscribeResource({ uri }));
      yield* untilEffect("it is told twice", () => told.length >= 2);
      expect(new Set(told)).toEqual(new Set([uri]));
      expect(followed.count).toBe(1);
      yield* Effect.promise(() => client.unsubscribeResource({ uri }));
      yield* untilEffect("nobody follows it", () => followed.count === 0);
      yield* Effect.promise(() => client.subscribeResource({ uri }));
      yield* untilEffect("it is followed again", () => followed.count === 1);
      const unknown = yield* Effect.promise(() =>
        client
          .subscribeResource({ uri: "executor://down/test://a" })
          .catch((error: unknown) => error),
      );
      expect(unknown).toMatchObject({ code: -32_602 });
    }).pipe(Effect.provide(served())),
  );

  it.scopedLive("end with the host", () =>
    untilEffect("nobody follows anything", () => followed.count === 0),
  );

  it.scopedLive("tell one that listens of what it may read, and of no more", () =>
    Effect.gen(function* () {
      const { sources, toolkits } = yield* Served;
      yield* sources.add(source("other"));
      yield* toolkits.add({
        name: ToolkitName.make("kit"),
        description: "",
        tools: [PolicyPattern.make("up.*")],
        policies: [],
        listTools: false,
      });
      const told: Array<string> = [];
      const client = yield* connectStateless({ path: "/kit" });
      client.setNotificationHandler("notifications/resources/updated", ({ params }) => {
        told.push(params.uri);
      });
      const whole = yield* connectStateless();
      const other = "executor://other/test://changing";
      const all = yield* Effect.promise(() => whole.listen({ resourceSubscriptions: [other] }));
      expect(all.honoredFilter).toEqual({ resourceSubscriptions: [other] });
      const listening = yield* Effect.promise(() =>
        client.listen({ resourceSubscriptions: [uri, other, quiet, uri] }),
      );
      expect(listening.honoredFilter).toEqual({ resourceSubscriptions: [uri, quiet] });
      yield* untilEffect("it is told twice", () => told.length >= 2);
      expect(new Set(told)).toEqual(new Set([uri]));
      expect(followed.count).toBe(2);
      yield* toolkits.edit("kit", { tools: [PolicyPattern.make("other.*")] });
      yield* Effect.sleep("300 millis");
      const before = told.length;
      yield* Effect.sleep("300 millis");
      expect(told.length).toBe(before);
      yield* Effect.promise(() => listening.close());
      yield* Effect.promise(() => all.close());
      yield* untilEffect("nobody follows anything", () => followed.count === 0);
    }).pipe(Effect.provide(served())),
  );

  it("are bounded for each client", async () => {
    const signals: Array<AbortSignal> = [];
    const subscriptions = new Subscriptions(
      async (_uri, _told, signal) => void signals.push(signal),
    );
    const add = (index: number) => subscriptions.add(`test://${index}`, () => undefined);
    for (let index = 0; index < maxSubscriptions; index++) await add(index);
    await add(0);
    await expect(add(maxSubscriptions)).rejects.toMatchObject({ code: -32_602 });
    subscriptions.remove("test://0");
    await add(maxSubscriptions);
    expect(signals.filter(({ aborted }) => aborted)).toHaveLength(1);
    subscriptions.close();
    expect(signals.every(({ aborted }) => aborted)).toBe(true);
  });
});
