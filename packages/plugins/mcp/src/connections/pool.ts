import { Clock, Deferred, Effect, Exit, Option, Runtime, Scope } from "effect";
import type { Connection } from "./connection.ts";
import { endpointKey } from "../transports/endpoint.ts";
import type { Endpoint } from "../transports/endpoint.ts";
import { McpFailure } from "../failures/mcp-failure.ts";

export interface Connections {
  /**
   * Uses the connection to an endpoint, which is opened where there is none, once for all who want it at the same time.
   * What fails `unprocessed` on a connection that was open before is done once more on a new one.
   */
  readonly use: <A>(
    endpoint: Endpoint,
    opening: Opening,
    f: (connection: Connection) => Effect.Effect<A, McpFailure>,
  ) => Effect.Effect<A, McpFailure>;
  /** Closes the connection to an endpoint once nobody uses it any more. */
  readonly release: (endpoint: Endpoint) => Effect.Effect<void>;
}

/** What whoever is first to want a connection says about how it is opened. */
export interface Opening {
  readonly namespace: string | undefined;
  readonly timeoutMs: number;
}

export type Open = (
  endpoint: Endpoint,
  opening: Opening,
  onBroken: () => void,
) => Effect.Effect<Connection, McpFailure, Scope.Scope>;

interface Entry {
  readonly key: string;
  readonly connection: Deferred.Deferred<Connection, McpFailure>;
  readonly scope: Scope.CloseableScope;
  readonly closed: Deferred.Deferred<void>;
  users: number;
  /** Milliseconds since the epoch. */
  idleSince: number;
  /** No longer given out: closed as soon as nobody uses it. */
  dropped: boolean;
  closing: boolean;
}

export interface ConnectionLimits {
  /** Connections at once; the longest idle one makes room for another. */
  readonly maxOpen: number;
  /** Milliseconds for which a connection that nobody uses stays open. */
  readonly idleMs: number;
}

export const defaultConnectionLimits: ConnectionLimits = { maxOpen: 256, idleMs: 5 * 60_000 };

/** A pool of connections, one to each endpoint. Closing the scope closes them all at once. */
export const makeConnections = (
  open: Open,
  { maxOpen, idleMs }: ConnectionLimits,
): Effect.Effect<Connections, never, Scope.Scope> =>
  Effect.gen(function* () {
    const runtime = yield* Effect.runtime();
    /** Those that are given out, by the key of their endpoint. */
    const current = new Map<string, Entry>();
    /** Those that are not closed yet. */
    const all = new Set<Entry>();

    const close = (entry: Entry) =>
      Effect.suspend(() => {
        if (entry.closing) return Deferred.await(entry.closed);
        entry.closing = true;
        return Effect.ensuring(
          Scope.close(entry.scope, Exit.void),
          Effect.suspend(() => {
            all.delete(entry);
            return Deferred.succeed(entry.closed, undefined);
          }),
        );
      });

    /** Nobody waits for the end of it: servers may take their time. */
    const closeUnused = (entry: Entry) =>
      entry.dropped && entry.users === 0 ? Effect.forkDaemon(close(entry)) : Effect.void;

    const retire = (entry: Entry): void => {
      if (current.get(entry.key) === entry) current.delete(entry.key);
      entry.dropped = true;
    };

    const drop = (entry: Entry) =>
      Effect.suspend(() => {
        retire(entry);
        return closeUnused(entry);
      });

    const longestIdle = () =>
      [...current.values()]
        .filter(({ users }) => users === 0)
        .toSorted((a, b) => a.idleSince - b.idleSince)[0];

    const begin = (entry: Entry, endpoint: Endpoint, opening: Opening) =>
      open(endpoint, opening, () => {
        retire(entry);
        Runtime.runFork(runtime)(closeUnused(entry));
      }).pipe(
        Effect.tapErrorCause(() => drop(entry)),
        Effect.intoDeferred(entry.connection),
        Scope.extend(entry.scope),
        Effect.zipRight(closeOnceIdle(entry)),
        // Whoever wants a connection is not interrupted while asking for it, and would hand that down.
        Effect.interruptible,
        Effect.forkIn(entry.scope),
      );

    const acquire = (endpoint: Endpoint, opening: Opening) =>
      Effect.suspend(() => {
        const key = endpointKey(endpoint);
        return joinPresent(key) ?? Effect.flatMap(makeEntry(key), join(endpoint, opening));
      });

    const joinPresent = (key: string) => {
      const present = current.get(key);
      if (present === undefined) return undefined;
      present.users += 1;
      return Effect.succeed({ entry: present, reused: true });
    };

    const join = (endpoint: Endpoint, opening: Opening) => (fresh: Entry) => {
      const present = joinPresent(fresh.key);
      if (present !== undefined) return present;
      const evicted = current.size < maxOpen ? undefined : longestIdle();
      if (current.size >= maxOpen && evicted === undefined) return Effect.fail(tooMany(maxOpen));
      current.set(fresh.key, fresh);
      all.add(fresh);
      return (evicted === undefined ? Effect.void : drop(evicted)).pipe(
        Effect.zipRight(begin(fresh, endpoint, opening)),
        Effect.as({ entry: fresh, reused: false }),
      );
    };

    const leave = (entry: Entry) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => {
        entry.users -= 1;
        entry.idleSince = now;
        return closeUnused(entry);
      });

    /** Runs as long as the connection is open, so that nothing runs where none is. */
    const closeOnceIdle = (entry: Entry): Effect.Effect<void> =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => {
        const leftMs = entry.users > 0 ? idleMs : entry.idleSince + idleMs - now;
        return leftMs > 0
          ? Effect.zipRight(
              Effect.sleep(leftMs),
              Effect.suspend(() => closeOnceIdle(entry)),
            )
          : drop(entry);
      });

    const use = <A>(
      endpoint: Endpoint,
      opening: Opening,
      f: (connection: Connection) => Effect.Effect<A, McpFailure>,
      mayRepeat = true,
    ): Effect.Effect<A, McpFailure> =>
      Effect.acquireUseRelease(
        acquire(endpoint, opening),
        ({ entry, reused }) =>
          Effect.flatMap(Deferred.await(entry.connection), f).pipe(
            Effect.asSome,
            Effect.catchIf(
              ({ unprocessed }) => unprocessed === true && reused && mayRepeat,
              () => Effect.as(drop(entry), Option.none<A>()),
            ),
          ),
        ({ entry }) => leave(entry),
      ).pipe(
        Effect.flatMap(
          Option.match({
            onNone: () => use(endpoint, opening, f, false),
            onSome: (value) => Effect.succeed(value),
          }),
        ),
      );

    yield* Effect.addFinalizer(() =>
      Effect.forEach([...all], close, { concurrency: "unbounded", discard: true }),
    );

    return {
      use,
      release: (endpoint) =>
        Effect.suspend(() => {
          const entry = current.get(endpointKey(endpoint));
          return entry === undefined ? Effect.void : drop(entry);
        }),
    };
  });

/** With its maker as its first user. */
const makeEntry = (key: string): Effect.Effect<Entry> =>
  Effect.all({
    connection: Deferred.make<Connection, McpFailure>(),
    scope: Scope.make(),
    closed: Deferred.make<void>(),
  }).pipe(
    Effect.map((parts) => ({
      ...parts,
      key,
      users: 1,
      idleSince: 0,
      dropped: false,
      closing: false,
    })),
  );

const tooMany = (maxOpen: number): McpFailure =>
  new McpFailure({
    reason: "too_many_connections",
    message: `${maxOpen} connections to MCP servers are in use already. Try again when some calls have ended.`,
  });
