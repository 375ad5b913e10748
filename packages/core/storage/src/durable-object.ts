import type { SqlStorage as PlatformSql } from "@cloudflare/workers-types";
import type { SqlClient } from "@effect/sql";
import { SqliteClient } from "@effect/sql-sqlite-do";
import { Clock, Effect, Exit, Runtime } from "effect";
import { migrated } from "./migrations.ts";

/** SQLite database of the platform, as far as it is used. */
export interface SqlStorage {
  readonly exec: (query: string, ...bindings: ReadonlyArray<unknown>) => SqlCursor;
}

interface SqlCursor {
  readonly columnNames: ReadonlyArray<string>;
  readonly raw: () => Iterator<ReadonlyArray<unknown>> & Iterable<ReadonlyArray<unknown>>;
}

/** A Durable Object's `ctx.storage`, as far as it is used; the object's class must be SQLite-backed. */
export interface DurableObjectStorage {
  readonly sql: SqlStorage;
  readonly transactionSync: <A>(run: () => A) => A;
}

/**
 * Database of a Durable Object, migrated. Transactions are synchronous, as the platform's are: an effect in one may wait for the
 * database alone, and dies if it waits for anything else. A sleep in it takes no time.
 */
export const layer = (storage: DurableObjectStorage) =>
  migrated(
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the client calls exec alone
    SqliteClient.make({ db: boundedParameters(storage.sql) as PlatformSql }).pipe(
      Effect.map((client): SqlClient.SqlClient =>
        Object.assign(client, { withTransaction: withTransaction(storage) }),
      ),
    ),
    (said) => `The organization's database cannot be used: ${said}.`,
  );

const boundedParameters = (sql: SqlStorage): SqlStorage => ({
  exec: (query, ...bindings) => {
    const bounded = fewParameters(query, bindings);
    return sql.exec(bounded.query, ...bounded.bindings);
  },
});

/** Thrown to make the platform roll back. */
class RollBack extends Error {}

const withTransaction =
  (storage: DurableObjectStorage) =>
  <R, E, A>(body: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.flatMap(Effect.runtime<R>(), (runtime) =>
      Effect.suspend(() => {
        let exit: Exit.Exit<A, E> | undefined;
        try {
          storage.transactionSync(() => {
            exit = Runtime.runSyncExit(runtime)(Effect.withClock(body, timeless));
            if (Exit.isFailure(exit)) throw new RollBack();
          });
        } catch (error) {
          if (!(error instanceof RollBack)) return Effect.die(error);
        }
        return exit ?? Effect.dieMessage("The transaction did not run.");
      }),
    );

/** Nothing else runs during a synchronous transaction, so a sleep has nothing to wait for. */
const timeless: Clock.Clock = Object.assign(Clock.make(), { sleep: () => Effect.void });

/** Parameters that one statement of a Durable Object may have. */
const maxParameters = 100;

export interface BoundQuery {
  readonly query: string;
  readonly bindings: ReadonlyArray<unknown>;
}

/**
 * Rewrites a statement to the number of parameters that a Durable Object takes. A statement with more takes one JSON array, from
 * which each `?` reads its value; so the values must be of JSON's types.
 */
export const fewParameters = (query: string, bindings: ReadonlyArray<unknown>): BoundQuery => {
  if (bindings.length <= maxParameters) return { query, bindings };
  let next = 0;
  const numbered = query.replaceAll(token, (text) =>
    text === "?" ? `json_extract(?1, '$[${next++}]')` : text,
  );
  return { query: numbered, bindings: [JSON.stringify(bindings)] };
};

/** A placeholder, or text that may contain another question mark: a string, a quoted name or a comment. */
const token = /\?|'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?\*\//g;
