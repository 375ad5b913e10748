import { SqlClient } from "@effect/sql";
import { describe, expect, it } from "@effect/vitest";
import { Effect, Exit, Layer, Scope } from "effect";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { layer } from "../src/bun.ts";

const temporaryDirectory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "executor-storage-"))),
  (directory) => Effect.sync(() => rmSync(directory, { recursive: true, force: true })),
);

const tables = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient;
  const rows = yield* sql<{ name: string }>`SELECT name FROM sqlite_master WHERE type = 'table'`;
  return rows.map((row) => row.name);
});

describe("layer", () => {
  it.scoped("creates the tables, and finds them again at the next start", () =>
    Effect.gen(function* () {
      const file = join(yield* temporaryDirectory, "executor.db");
      const first = yield* Effect.provide(tables, layer(file));
      expect(first).toEqual(
        expect.arrayContaining(["sources", "tools", "definitions", "executions"]),
      );
      expect(yield* Effect.provide(tables, layer(file))).toEqual(first);
    }),
  );

  it.scoped("says so when another daemon holds the database", () =>
    Effect.gen(function* () {
      const file = join(yield* temporaryDirectory, "executor.db");
      const scope = yield* Scope.make();
      yield* Layer.buildWithScope(layer(file), scope);
      const second = yield* Effect.flip(Effect.provide(tables, layer(file)));
      expect(second.message).toContain("in use by another daemon");
      yield* Scope.close(scope, Exit.void);
      yield* Effect.provide(tables, layer(file));
    }),
  );

  it.scoped("says so when the file is not a database", () =>
    Effect.gen(function* () {
      const file = join(yield* temporaryDirectory, "executor.db");
      writeFileSync(file, "this is no database, and long enough to have a header ".repeat(100));
      const error = yield* Effect.flip(Effect.provide(tables, layer(file)));
      expect(error.message).toContain("is corrupt");
    }),
  );

  it.scoped("says so when pages of the database are damaged", () =>
    Effect.gen(function* () {
      const file = join(yield* temporaryDirectory, "executor.db");
      yield* Effect.provide(tables, layer(file));
      const bytes = new Uint8Array(yield* Effect.promise(() => Bun.file(file).arrayBuffer()));
      bytes.fill(0xa5, 4096, 4096 * 6);
      writeFileSync(file, bytes);
      const error = yield* Effect.flip(Effect.provide(tables, layer(file)));
      expect(error.message).toContain("is corrupt");
    }),
  );

  it.scoped("says so when the directory does not exist", () =>
    Effect.gen(function* () {
      const file = join(yield* temporaryDirectory, "missing", "executor.db");
      const error = yield* Effect.flip(Effect.provide(tables, layer(file)));
      expect(error.message).toContain("cannot be written");
    }),
  );

  it.scoped("overwrites what is deleted", () =>
    Effect.gen(function* () {
      const file = join(yield* temporaryDirectory, "executor.db");
      const use = Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient;
        const rows = Array.from({ length: 50 }, (_, index) => ({
          pattern: `deleted-${index}-${"x".repeat(500)}`,
          decision: "allow",
        }));
        yield* sql`INSERT INTO policies ${sql.insert(rows)}`;
        yield* sql.unsafe("PRAGMA wal_checkpoint(TRUNCATE)");
        expect(readFileSync(file).includes("deleted-")).toBe(true);
        yield* sql`DELETE FROM policies`;
      });
      yield* Effect.provide(use, layer(file));
      expect(readFileSync(file).includes("deleted-")).toBe(false);
    }),
  );
});
