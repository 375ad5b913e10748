import { SqlClient } from "@effect/sql";
import { describe, expect, it } from "@effect/vitest";
import { Database } from "bun:sqlite";
import type { SQLQueryBindings } from "bun:sqlite";
import { Effect, Exit } from "effect";
import * as fc from "fast-check";
import { fewParameters, layer } from "../src/durable-object.ts";

/** SQLite with what a Durable Object's storage is: synchronous, and with few parameters. The end-to-end tests use workerd's own. */
const storage = () => {
  const database = new Database(":memory:");
  return {
    sql: {
      exec: (query: string, ...bindings: ReadonlyArray<unknown>) => {
        if (bindings.length > 100) throw new Error("too many SQL variables");
        if (/^\s*(BEGIN|COMMIT|ROLLBACK|SAVEPOINT)/i.test(query)) throw new Error("not authorized");
        const statement = database.query(query);
        const values: ReadonlyArray<SQLQueryBindings> = bindings.map((value) =>
          typeof value === "number" || typeof value === "string" ? value : null,
        );
        const rows = statement.values(...values);
        return { columnNames: statement.columnNames, raw: () => rows[Symbol.iterator]() };
      },
    },
    transactionSync: <A>(run: () => A): A => database.transaction(run)(),
  };
};

describe("a Durable Object's database", () => {
  it.scoped("is migrated, and takes inserts of any size", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient;
      const rows = Array.from({ length: 80 }, (_, index) => ({
        pattern: `it's ${index}?`,
        decision: index % 2 === 0 ? "allow" : "block",
      }));
      yield* sql`INSERT INTO policies ${sql.insert(rows)}`;
      expect(yield* sql`SELECT pattern, decision FROM policies ORDER BY rowid`).toEqual(rows);
    }).pipe(Effect.provide(layer(storage()))),
  );

  it.scoped("keeps the totals of a database that had their table before its migration", () => {
    const before = storage();
    before.sql.exec(
      "CREATE TABLE metrics (name TEXT, labels TEXT, created_at REAL, state TEXT, PRIMARY KEY (name, labels)) STRICT",
    );
    before.sql.exec("INSERT INTO metrics VALUES (?, ?, ?, ?)", "calls", "{}", 1, "{}");
    return Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient;
      expect(yield* sql`SELECT name FROM metrics`).toEqual([{ name: "calls" }]);
    }).pipe(Effect.provide(layer(before)));
  });

  it.scoped("rolls back what fails, and says why", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient;
      const insert = sql`INSERT INTO policies ${sql.insert({ pattern: "a", decision: "allow" })}`;
      const failed = yield* Effect.exit(
        sql.withTransaction(Effect.zipRight(insert, Effect.fail("on purpose"))),
      );
      expect(failed).toEqual(Exit.fail("on purpose"));
      expect(yield* sql`SELECT * FROM policies`).toEqual([]);
      yield* sql.withTransaction(Effect.zipLeft(insert, Effect.sleep("1 minute")));
      expect(yield* sql`SELECT pattern FROM policies`).toEqual([{ pattern: "a" }]);
    }).pipe(Effect.provide(layer(storage()))),
  );

  it.scoped("lets no transaction wait", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient;
      const waiting = sql.withTransaction(Effect.promise(() => Promise.resolve()));
      expect(Exit.isFailure(yield* Effect.exit(waiting))).toBe(true);
    }).pipe(Effect.provide(layer(storage()))),
  );
});

describe("fewParameters", () => {
  const database = new Database(":memory:");
  const values = fc.array(fc.oneof(fc.string(), fc.integer(), fc.constant(null)), {
    minLength: 101,
    maxLength: 130,
  });

  it("gives each placeholder its value, and leaves other question marks alone", () => {
    fc.assert(
      fc.property(values, (bindings) => {
        const asked = `SELECT '?''?' AS "a?", /* ? */ ${bindings.map(() => "?").join()} -- ?`;
        const { query, bindings: few } = fewParameters(asked, bindings);
        expect(few).toHaveLength(1);
        const [row] = database.query(query).values(String(few[0]));
        expect(row).toEqual(["?'?", ...bindings]);
      }),
      { numRuns: 30 },
    );
  });

  it("leaves statements with few parameters as they are", () => {
    expect(fewParameters("SELECT ?", [1])).toEqual({ query: "SELECT ?", bindings: [1] });
  });
});
