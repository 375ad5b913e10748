import { describe, expect, it } from "@effect/vitest";
import { Effect, Exit, Fiber } from "effect";
import { askDaemon } from "../../../src/client/daemon.ts";
import { addPlanned } from "../../../src/commands/import/add-planned.ts";

const plan = {
  outcome: "add",
  namespace: "db",
  place: "the program x",
  url: "stdio:x",
  origin: "stdio:x",
  settings: { command: "x" },
  secrets: [
    { name: "db-token", value: "one" },
    { name: "db-key", value: "two" },
  ],
  notes: [],
} as const;

/** Stores the secrets that it is given; what it does with sources is up to the test. */
const daemon = (add: (stop: () => void) => Promise<Response>) =>
  Effect.gen(function* () {
    const secrets = new Set<string>();
    const wasAsked = Promise.withResolvers<void>();
    const server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      idleTimeout: 0,
      fetch: ({ method, url }) => {
        const { pathname } = new URL(url);
        if (pathname === "/api/sources") {
          wasAsked.resolve();
          return add(() => void server.stop(true));
        }
        const name = pathname.replace("/api/secrets/", "");
        if (method === "DELETE") {
          secrets.delete(name);
          return new Response(null, { status: 204 });
        }
        secrets.add(name);
        const at = new Date(0).toISOString();
        return Response.json({ name, origins: [], createdAt: at, updatedAt: at, usedBy: [] });
      },
    });
    yield* Effect.addFinalizer(() => Effect.promise(() => server.stop(true)));
    const fiber = yield* Effect.fork(
      askDaemon(Number(server.port), (client) => addPlanned(client, plan)),
    );
    yield* Effect.promise(() => wasAsked.promise);
    return { secrets, fiber };
  });

describe("the secrets of a server that is imported", () => {
  it.scopedLive("go where the import is given up", () =>
    Effect.gen(function* () {
      const { fiber, secrets } = yield* daemon(() => Promise.withResolvers<Response>().promise);
      expect([...secrets]).toEqual(["db-token", "db-key"]);
      yield* Fiber.interrupt(fiber);
      expect([...secrets]).toEqual([]);
    }),
  );

  it.scopedLive("go where it is refused", () =>
    Effect.gen(function* () {
      const refusal = { _tag: "NamespaceUnavailable", message: "There is a db." };
      const { fiber, secrets } = yield* daemon(() =>
        Promise.resolve(Response.json(refusal, { status: 409 })),
      );
      expect(Exit.isFailure(yield* Fiber.await(fiber))).toBe(true);
      expect([...secrets]).toEqual([]);
    }),
  );

  it.scopedLive("stay where the daemon went away, for the source may be there", () =>
    Effect.gen(function* () {
      const { fiber, secrets } = yield* daemon((stop) => {
        stop();
        return Promise.withResolvers<Response>().promise;
      });
      const { message } = yield* Effect.flip(Fiber.join(fiber));
      expect(message).toBe(
        "The daemon ended before it had answered. See with executor sources list whether db is there; if not, remove its secrets before you import it again: executor secrets remove db-token; executor secrets remove db-key",
      );
      expect([...secrets]).toEqual(["db-token", "db-key"]);
    }),
  );
});
