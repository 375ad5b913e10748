import { describe, expect, it } from "@effect/vitest";
import { Deferred, Effect, Exit, Fiber, Scope, TestClock } from "effect";
import { makeConnections } from "../../src/connections/pool.ts";
import type { Open } from "../../src/connections/pool.ts";
import type { Connection } from "../../src/connections/connection.ts";
import type { HttpEndpoint } from "../../src/transports/endpoint.ts";
import { McpFailure } from "../../src/failures.ts";

const endpoint = (name: string): HttpEndpoint => ({
  transport: "http",
  url: new URL(`http://127.0.0.1/${name}`),
  headers: {},
});

const opening = { namespace: "test", timeoutMs: 1_000 };
const failure = (unprocessed: boolean) =>
  new McpFailure({ reason: "connection_error", message: "broken", unprocessed });

/** Connections that do nothing but know their number, and a record of what was opened and closed. */
const recording = (wait: Effect.Effect<void, McpFailure> = Effect.void) => {
  const opened: Array<string> = [];
  const closed: Array<string> = [];
  const breaks = new Map<string, () => void>();
  const open: Open = (target, _, onBroken) =>
    Effect.gen(function* () {
      if (target.transport === "stdio") return yield* Effect.dieMessage("no programs here");
      const name = target.url.pathname.slice(1);
      opened.push(name);
      breaks.set(name, onBroken);
      yield* Effect.addFinalizer(() => Effect.sync(() => closed.push(name)));
      yield* wait;
      const connection: Connection = {
        serverName: `${name}${opened.length}`,
        instructions: undefined,
        takesParamHeaders: false,
        capabilities: {},
        toolsVersion: () => 0,
        request: () => Effect.die("unused"),
        subscribe: () => Effect.die("unused"),
        broken: Effect.never,
        callTool: () => Effect.die("unused"),
      };
      return connection;
    });
  return { opened, closed, breaks, open };
};

const limits = { maxOpen: 2, idleMs: 1_000 };
const nameOf = ({ serverName }: Connection) => Effect.succeed(serverName);

describe("connections", () => {
  it.scoped("are opened once for all callers that wait, even if the first gives up", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>();
      const { open, opened } = recording(Deferred.await(gate));
      const { use } = yield* makeConnections(open, limits);
      const first = yield* Effect.fork(use(endpoint("a"), opening, nameOf));
      const second = yield* Effect.fork(use(endpoint("a"), opening, nameOf));
      yield* Effect.yieldNow();
      yield* Fiber.interrupt(first);
      yield* Deferred.succeed(gate, undefined);
      expect(yield* Fiber.join(second)).toBe("a1");
      expect(opened).toEqual(["a"]);
    }),
  );

  it.scoped(
    "that nobody waits for any more are given up after a while, unless somebody asks again",
    () =>
      Effect.gen(function* () {
        const { open, opened, closed } = recording(Effect.never);
        const { use } = yield* makeConnections(open, limits);
        const waitOnce = Effect.gen(function* () {
          const waiting = yield* Effect.fork(use(endpoint("a"), opening, nameOf));
          yield* Effect.yieldNow();
          yield* Fiber.interrupt(waiting);
        });
        yield* waitOnce;
        yield* TestClock.adjust(9_000);
        yield* waitOnce;
        yield* TestClock.adjust(9_000);
        expect(closed).toEqual([]);
        yield* TestClock.adjust(1_000);
        expect(closed).toEqual(["a"]);
        expect(opened).toEqual(["a"]);
      }),
  );

  it.scoped("that fail to open are opened by the next caller", () =>
    Effect.gen(function* () {
      let broken = true;
      const { open, opened, closed } = recording(
        Effect.suspend(() => (broken ? Effect.fail(failure(true)) : Effect.void)),
      );
      const { use } = yield* makeConnections(open, limits);
      yield* Effect.flip(use(endpoint("a"), opening, nameOf));
      expect(opened).toEqual(["a"]);
      yield* Effect.yieldNow();
      expect(closed).toEqual(["a"]);
      broken = false;
      expect(yield* use(endpoint("a"), opening, nameOf)).toBe("a2");
    }),
  );

  it.scoped("are closed after an idle time, unless they are in use", () =>
    Effect.gen(function* () {
      const { open, closed } = recording();
      const { use } = yield* makeConnections(open, limits);
      yield* Effect.fork(use(endpoint("busy"), opening, () => Effect.never));
      yield* use(endpoint("idle"), opening, nameOf);
      yield* TestClock.adjust(500);
      expect(closed).toEqual([]);
      yield* TestClock.adjust(1_000);
      expect(closed).toEqual(["idle"]);
    }),
  );

  it.scoped("are replaced if idle, longest first, and refused if all are in use", () =>
    Effect.gen(function* () {
      const { open, closed } = recording();
      const { use } = yield* makeConnections(open, limits);
      yield* use(endpoint("a"), opening, nameOf);
      yield* TestClock.adjust(1);
      yield* use(endpoint("b"), opening, nameOf);
      yield* use(endpoint("c"), opening, nameOf);
      yield* Effect.yieldNow();
      expect(closed).toEqual(["a"]);
      yield* Effect.fork(use(endpoint("b"), opening, () => Effect.never));
      yield* Effect.fork(use(endpoint("c"), opening, () => Effect.never));
      yield* Effect.yieldNow();
      const refused = yield* Effect.flip(use(endpoint("d"), opening, nameOf));
      expect(refused).toMatchObject({ reason: "too_many_connections" });
    }),
  );

  it.scoped("repeat an unprocessed call once, on a new connection only", () =>
    Effect.gen(function* () {
      const { open, opened } = recording();
      const { use } = yield* makeConnections(open, limits);
      const attempts: Array<string> = [];
      const attempt = (unprocessed: boolean) =>
        use(endpoint("a"), opening, ({ serverName }) => {
          attempts.push(serverName);
          return Effect.fail(failure(unprocessed));
        }).pipe(Effect.flip);
      yield* attempt(true);
      expect(attempts).toEqual(["a1"]);
      yield* attempt(true);
      expect(attempts).toEqual(["a1", "a1", "a2"]);
      yield* attempt(false);
      expect(attempts).toEqual(["a1", "a1", "a2", "a2"]);
      expect(opened).toEqual(["a", "a"]);
    }),
  );

  it.scoped("that break are not given to new users, and closed after the last one", () =>
    Effect.gen(function* () {
      const { open, breaks, closed } = recording();
      const { use } = yield* makeConnections(open, limits);
      const gate = yield* Deferred.make<void>();
      const inUse = yield* Deferred.make<void>();
      const using = yield* Effect.fork(
        use(endpoint("a"), opening, () =>
          Deferred.succeed(inUse, undefined).pipe(
            Effect.zipRight(Deferred.await(gate)),
            Effect.as("used"),
          ),
        ),
      );
      yield* Deferred.await(inUse);
      breaks.get("a")?.();
      expect(yield* use(endpoint("a"), opening, nameOf)).toBe("a2");
      expect(closed).toEqual([]);
      yield* Deferred.succeed(gate, undefined);
      expect(yield* Fiber.join(using)).toBe("used");
      yield* Effect.yieldNow();
      expect(closed).toEqual(["a"]);
    }),
  );

  it.effect("that are still opening are abandoned with the scope", () =>
    Effect.gen(function* () {
      const { open, opened, closed } = recording(Effect.never);
      const scope = yield* Scope.make();
      const { use } = yield* Scope.extend(makeConnections(open, limits), scope);
      const waiting = yield* Effect.fork(use(endpoint("a"), opening, nameOf));
      yield* Effect.repeat(Effect.yieldNow(), { until: () => opened.length > 0 });
      yield* Scope.close(scope, Exit.void);
      expect(closed).toEqual(["a"]);
      expect(Exit.isInterrupted(yield* Fiber.await(waiting))).toBe(true);
    }),
  );

  it.effect("are all closed before the scope ends", () =>
    Effect.gen(function* () {
      const { open, breaks, closed } = recording();
      const scope = yield* Scope.make();
      const { use } = yield* Scope.extend(makeConnections(open, limits), scope);
      yield* use(endpoint("a"), opening, nameOf);
      const inUse = yield* Deferred.make<void>();
      yield* Effect.fork(
        use(endpoint("b"), opening, () =>
          Effect.zipRight(Deferred.succeed(inUse, undefined), Effect.never),
        ),
      );
      yield* Deferred.await(inUse);
      breaks.get("b")?.();
      yield* Scope.close(scope, Exit.void);
      expect(closed.toSorted()).toEqual(["a", "b"]);
    }),
  );
});
