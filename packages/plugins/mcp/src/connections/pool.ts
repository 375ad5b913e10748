import { Clock, Deferred, Effect, Exit, Option, Runtime, Scope } from "effect";
import { McpFailure } from "../failures.ts";
import { type Endpoint, endpointKey } from "../transports/endpoint.ts";
import type { Connection } from "./connection.ts";

export interface Connections {
  /**
   * Runs `f` with the connection to an endpoint. The first caller opens it, others wait for that. If `f` fails `unprocessed`
   * on a connection that was open before, it runs once more on a new one.
   */
  readonly use: <A>(
    endpoint: Endpoint,
    opening: Opening,
    f: (connection: Connection) => Effect.Effect<A, McpFailure>,
  ) => Effect.Effect<A, McpFailure>;
  /** Closes the connection to an endpoint when its last user has finished. */
  readonly release: (endpoint: Endpoint) => Effect.Effect<void>;
}

/** Options of the call that opens the connection. */
export interface Opening {
  readonly namespace: string;
  readonly timeoutMs: number;
}

export type Open = (
  endpoint: Endpoint,
  opening: Opening,
  onBroken: () => void,
) => Effect.Effect<Connection, McpFailure, Scope.Scope>;

export interface ConnectionLimits {
  /** Open connections. A further one replaces the one that has been idle longest. */
  readonly maxOpen: number;
  /** Milliseconds after which an idle connection is closed. */
  readonly idleMs: number;
}

/** Milliseconds for which a connection that nobody waits for any more may go on to open: who gave up may ask again. */
const unawaitedMs = 10_000;

export const defaultConnectionLimits: ConnectionLimits = { maxOpen: 256, idleMs: 5 * 60_000 };

interface Entry {
  readonly key: string;
  readonly connection: Deferred.Deferred<Connection, McpFailure>;
  readonly scope: Scope.CloseableScope;
  /** Closes the scope once; every caller waits for that. */
  readonly close: Effect.Effect<void>;
  users: number;
  /** Milliseconds since the epoch. */
  idleSince: number;
  /** Not given to new users. Closed when the last user has finished. */
  retired: boolean;
}

/** A pool with one connection per endpoint. Closing the scope closes all connections at the same time. */
export const makeConnections = (
  open: Open,
  { maxOpen, idleMs }: ConnectionLimits,
): Effect.Effect<Connections, never, Scope.Scope> =>
  Effect.gen(function* () {
    const runtime = yield* Effect.runtime();
    const acquiring = yield* Effect.makeSemaphore(1);
    /** Entries for new users, by the key of their endpoint. */
    const current = new Map<string, Entry>();
    /** All entries that are not closed yet. */
    const all = new Set<Entry>();

    /** Closes in the background: servers may take their time. */
    const closeUnused = (entry: Entry) =>
      entry.retired && entry.users === 0 ? Effect.forkDaemon(entry.close) : Effect.void;

    const retire = (entry: Entry) =>
      Effect.suspend(() => {
        if (current.get(entry.key) === entry) current.delete(entry.key);
        entry.retired = true;
        return closeUnused(entry);
      });

    const begin = (entry: Entry, endpoint: Endpoint, opening: Opening) =>
      open(endpoint, opening, () => Runtime.runSync(runtime)(retire(entry))).pipe(
        Effect.tapErrorCause(() => retire(entry)),
        Effect.intoDeferred(entry.connection),
        Scope.extend(entry.scope),
        Effect.zipRight(retireOnceIdle(entry)),
        // The caller acquires uninterruptibly, which a fork inherits.
        Effect.interruptible,
        Effect.forkIn(entry.scope),
      );

    /** Runs as long as the connection is open. */
    const retireOnceIdle = (entry: Entry): Effect.Effect<void> =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => {
        const leftMs = entry.users > 0 ? idleMs : entry.idleSince + idleMs - now;
        return leftMs > 0
          ? Effect.flatMap(Effect.sleep(leftMs), () => retireOnceIdle(entry))
          : Effect.asVoid(retire(entry));
      });

    const acquire = (endpoint: Endpoint, opening: Opening) =>
      Effect.gen(function* () {
        const key = endpointKey(endpoint);
        const present = current.get(key);
        if (present !== undefined) {
          present.users += 1;
          return { entry: present, reused: true };
        }
        if (current.size >= maxOpen) {
          const evicted = longestIdle(current.values());
          if (evicted === undefined) return yield* tooMany(maxOpen);
          yield* retire(evicted);
        }
        const entry = yield* makeEntry(key, (closed) => all.delete(closed));
        current.set(key, entry);
        all.add(entry);
        yield* begin(entry, endpoint, opening);
        return { entry, reused: false };
      }).pipe(acquiring.withPermits(1));

    /** Retires a connection that is not open yet, unless somebody waits for it again. */
    const retireUnawaited = (entry: Entry, since: number) =>
      Effect.gen(function* () {
        yield* Effect.sleep(unawaitedMs);
        if (entry.users > 0 || entry.idleSince > since) return;
        if (!(yield* Deferred.isDone(entry.connection))) yield* retire(entry);
      }).pipe(
        // The last user finishes uninterruptibly, which a fork inherits.
        Effect.interruptible,
        Effect.forkIn(entry.scope),
      );

    const finish = (entry: Entry) =>
      Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis;
        entry.users -= 1;
        entry.idleSince = now;
        const isOpen = yield* Deferred.isDone(entry.connection);
        if (!isOpen && entry.users === 0) yield* retireUnawaited(entry, now);
        yield* closeUnused(entry);
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
              () => Effect.as(retire(entry), Option.none<A>()),
            ),
          ),
        ({ entry }) => finish(entry),
      ).pipe(
        Effect.flatMap(
          Option.match({
            onNone: () => use(endpoint, opening, f, false),
            onSome: (value) => Effect.succeed(value),
          }),
        ),
      );

    yield* Effect.addFinalizer(() =>
      Effect.forEach([...all], ({ close }) => close, { concurrency: "unbounded", discard: true }),
    );

    return {
      use,
      release: (endpoint) =>
        Effect.suspend(() => {
          const entry = current.get(endpointKey(endpoint));
          return entry === undefined ? Effect.void : retire(entry);
        }),
    };
  });

/** A new entry with the caller as its first user. */
const makeEntry = (key: string, onClosed: (entry: Entry) => void): Effect.Effect<Entry> =>
  Effect.gen(function* () {
    const scope = yield* Scope.make();
    const close = yield* Effect.cached(
      Effect.ensuring(
        Scope.close(scope, Exit.void),
        Effect.sync(() => onClosed(entry)),
      ),
    );
    const connection = yield* Deferred.make<Connection, McpFailure>();
    const entry: Entry = {
      key,
      connection,
      scope,
      close,
      users: 1,
      idleSince: 0,
      retired: false,
    };
    return entry;
  });

const longestIdle = (entries: Iterable<Entry>): Entry | undefined =>
  [...entries].filter(({ users }) => users === 0).toSorted((a, b) => a.idleSince - b.idleSince)[0];

const tooMany = (maxOpen: number): McpFailure =>
  new McpFailure({
    reason: "too_many_connections",
    message: `${maxOpen} connections to MCP servers are in use already. Try again when some calls have ended.`,
  });
