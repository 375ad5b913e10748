import { describe, expect, it } from "@effect/vitest";
import { Database } from "bun:sqlite";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const directory = join(import.meta.dirname, "..", "d1");
const migrations = readdirSync(directory).toSorted();

const apply = (database: Database, files: ReadonlyArray<string>): void => {
  for (const file of files) database.run(readFileSync(join(directory, file), "utf8"));
};

describe("the migrations of D1", () => {
  it("give each key from before to its organization's first owner, and the database ends it with that membership", () => {
    const database = new Database(":memory:");
    database.run("PRAGMA foreign_keys = ON");
    const isBefore = (file: string) => file < "0003";
    apply(database, migrations.filter(isBefore));
    for (const name of ["ada", "bob", "eve"]) {
      database.run("INSERT INTO user VALUES (?1, ?1, ?1, 0, NULL, '2026', '2026')", [name]);
    }
    for (const id of ["acme", "bolt"]) {
      database.run("INSERT INTO organization VALUES (?1, ?1, ?1, NULL, '2026', NULL)", [id]);
    }
    for (const [user, role, since] of [
      ["eve", "admin", "2026-01"],
      ["bob", "owner", "2026-03"],
      ["ada", "admin,owner", "2026-02"],
    ] as const) {
      database.run("INSERT INTO member VALUES (?1, 'acme', ?1, ?2, ?3)", [user, role, since]);
    }
    for (const [id, organization] of [
      ["kept", "acme"],
      ["nobody's", "bolt"],
    ] as const) {
      database.run(
        `INSERT INTO apikey (id, configId, referenceId, key, createdAt, updatedAt)
          VALUES (?1, 'org', ?2, ?1, '2026', '2026')`,
        [id, organization],
      );
    }
    apply(
      database,
      migrations.filter((file) => !isBefore(file)),
    );
    const keys = () => database.query("SELECT id, memberId FROM apikey").all();
    expect(keys()).toEqual([{ id: "kept", memberId: "ada" }]);
    database.run("DELETE FROM member WHERE id = 'bob'");
    expect(keys()).toHaveLength(1);
    database.run("DELETE FROM user WHERE id = 'ada'");
    expect(keys()).toEqual([]);
  });
});
