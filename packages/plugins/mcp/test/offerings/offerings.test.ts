import { type OfferingAccess, SourceInUse, type SourcePlugin } from "@executor/sdk";
import { describe, expect, it } from "@effect/vitest";
import { untilEffect } from "@executor/testing";
import { total } from "@executor/testing/series";
import { Effect, Fiber, Stream } from "effect";
import { httpServer } from "../support/http-server.ts";
import { modernServer } from "../support/modern-server.ts";
import { contentsOf } from "../support/offered.ts";
import { call, plugin, programSettings, settingsOf } from "../support/source.ts";

const offeringsOf = ({ offerings }: SourcePlugin): OfferingAccess => {
  if (offerings === undefined) throw new Error("The plugin has no offerings.");
  return offerings;
};

const servers = {
  "an older version over HTTP": Effect.map(httpServer(), ({ url }) => settingsOf({ url })),
  "an older version over stdio": Effect.sync(() => programSettings()),
  "2026-07-28": Effect.map(modernServer, ({ url }) => settingsOf({ url })),
};

describe.each(Object.entries(servers))("resources and prompts of a server of %s", (_, start) => {
  const started = Effect.gen(function* () {
    const mcp = yield* plugin;
    return { access: offeringsOf(mcp), settings: yield* start };
  });

  it.scopedLive("are listed, whatever else the lists hold", () =>
    Effect.gen(function* () {
      const { access, settings } = yield* started;
      const { prompts, resources, templates } = yield* access.list(settings);
      expect(resources.map(({ uri }) => uri)).toEqual(["test://a", "test://b", "test://c"]);
      expect(templates).toEqual([{ uriTemplate: "test://{name}", name: "any" }]);
      expect(prompts).toEqual([
        {
          name: "greet",
          description: "Greets.",
          arguments: [
            { name: "who", required: true },
            { name: "how", description: "In which way.", required: false },
          ],
        },
      ]);
    }),
  );

  it.scopedLive("are read, filled in and completed, counted for their source", () =>
    Effect.gen(function* () {
      const { access, settings } = yield* started;
      const counted = (method: string) =>
        total("mcp.client.operation.duration", {
          "mcp.method.name": method,
          "executor.source": "shop",
        });
      const before = counted("resources/read");
      expect(yield* access.read(settings, "test://x")).toEqual(contentsOf("test://x"));
      expect(yield* access.fillPrompt(settings, "greet", { who: "Ada" })).toEqual({
        description: "A greeting.",
        messages: [{ role: "user", content: { type: "text", text: "Hello, Ada" } }],
      });
      const request = {
        ref: { type: "ref/prompt", name: "greet" },
        argument: { name: "who", value: "ad" },
        context: { arguments: { how: "loud" } },
      } as const;
      expect(yield* access.complete(settings, request)).toEqual({ values: ["ada"], total: 2 });
      expect(counted("resources/read")).toBe(before + 1);
      expect(counted("prompts/get")).toBeGreaterThan(0);
    }).pipe(Effect.provideService(SourceInUse, "shop")),
  );

  it.scopedLive("that there are not are invalid input", () =>
    Effect.gen(function* () {
      const { access, settings } = yield* started;
      const error = yield* Effect.flip(access.read(settings, "test://none"));
      expect(error).toMatchObject({ _tag: "ToolCallError", outcome: "invalid_input" });
    }),
  );
});

describe("updates of a resource", () => {
  const hearing = (access: OfferingAccess, settings: ReturnType<typeof settingsOf>, uri: string) =>
    Effect.gen(function* () {
      let heard = 0;
      const fiber = yield* Stream.runForEach(access.updates(settings, uri), () =>
        Effect.sync(() => {
          heard += 1;
        }),
      ).pipe(Effect.fork);
      return { heard: () => heard, fiber };
    });

  it.scopedLive("are heard from a server of an older version while somebody reads them", () =>
    Effect.gen(function* () {
      const server = yield* httpServer();
      const mcp = yield* plugin;
      const access = offeringsOf(mcp);
      const settings = settingsOf({ url: server.url });
      const posted = (method: string) =>
        server.requests.filter(({ rpc }) => rpc.includes(`"${method}"`)).length;
      const [one, two] = [
        yield* hearing(access, settings, "test://a"),
        yield* hearing(access, settings, "test://a"),
      ];
      yield* untilEffect("it is subscribed to", () => posted("resources/subscribe") === 1);
      const touch = (uri: string) => call(mcp, settings, "touch", { uri });
      yield* untilEffect("both hear of it", () => one.heard() > 0 && two.heard() > 0).pipe(
        Effect.raceFirst(Effect.forever(Effect.zipRight(touch("test://a"), Effect.sleep(100)))),
      );
      const before = one.heard();
      yield* touch("test://b");
      yield* Effect.sleep(100);
      expect(one.heard()).toBe(before);
      yield* Fiber.interrupt(one.fiber);
      expect(posted("resources/unsubscribe")).toBe(0);
      yield* Fiber.interrupt(two.fiber);
      yield* untilEffect("it is not any more", () => posted("resources/unsubscribe") === 1);
    }),
  );

  it.scopedLive("are heard from a server of 2026-07-28, and again after its streams broke", () =>
    Effect.gen(function* () {
      const server = yield* modernServer;
      const mcp = yield* plugin;
      const access = offeringsOf(mcp);
      const settings = settingsOf({ url: server.url });
      const listened = () =>
        server.requests.filter(({ rpc }) => rpc.includes('"resourceSubscriptions":["test://a"]'))
          .length;
      const { fiber, heard } = yield* hearing(access, settings, "test://a");
      yield* untilEffect("it is listened to", () => listened() === 1);
      yield* Effect.sleep(100);
      server.touch("test://b");
      server.touch("test://a");
      yield* untilEffect("it is heard", () => heard() === 1);
      yield* Effect.promise(server.cut);
      yield* untilEffect("it is listened to again", () => listened() === 2);
      yield* Effect.sleep(100);
      server.touch("test://a");
      yield* untilEffect("it is heard again", () => heard() >= 2);
      yield* Fiber.interrupt(fiber);
    }),
  );
});
