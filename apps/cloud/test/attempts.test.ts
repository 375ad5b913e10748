import { afterEach, beforeEach, describe, expect, it, vi } from "@effect/vitest";
import { Database } from "bun:sqlite";
import fc from "fast-check";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Attempts } from "../src/auth/attempts.ts";
import type { AttemptsDatabase } from "../src/auth/attempts.ts";

const schema = readFileSync(
  join(import.meta.dirname, "../../../packages/core/storage/d1/0002_attempts.sql"),
  "utf8",
);

/** D1's interface over the SQLite of this process. */
const openDatabase = () => {
  const database = new Database(":memory:");
  database.run(schema);
  type Statement = ReturnType<AttemptsDatabase["prepare"]>;
  type Value = string | number;
  const isValue = (value: unknown): value is Value =>
    typeof value === "string" || typeof value === "number";
  const statement = (sql: string, values: ReadonlyArray<unknown> = []): Statement => ({
    bind: (...bound) => statement(sql, bound),
    all: async () => ({ results: database.query(sql).all(...values.filter(isValue)) }),
  });
  const d1: AttemptsDatabase = {
    prepare: (sql) => statement(sql),
    batch: (statements) => Promise.all(statements.map((one) => one.all())),
  };
  const rows = () => database.query("SELECT * FROM attempt").all().length;
  return { d1, rows };
};

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) });
});
afterEach(() => {
  vi.useRealTimers();
});

const wait = (seconds: number): void => {
  vi.setSystemTime(Date.now() + seconds * 1000);
};

describe("Attempts", () => {
  it("allows so many in so long, and says how long to wait for more", async () => {
    const attempts = new Attempts(openDatabase().d1, "secret");
    const rule = { key: "password account ada@example.com", max: 5, seconds: 900 };
    const take = () => attempts.take(rule);
    for (let count = 0; count < 5; count += 1) expect(await take()).toBeUndefined();
    wait(100);
    expect([await take(), await take()]).toEqual([800, 800]);
    expect(await attempts.take({ ...rule, key: "password account bob@example.com" })).toBe(
      undefined,
    );
    await attempts.giveBack(rule);
    expect([await take(), await take()]).toEqual([undefined, 800]);
    wait(800);
    expect(await take()).toBeUndefined();
  });

  it("counts as a list of times would, at every order of attempts, returns and pauses", async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant("take" as const), key: fc.integer({ min: 0, max: 2 }) }),
      fc.record({ kind: fc.constant("giveBack" as const), key: fc.integer({ min: 0, max: 2 }) }),
      fc.record({ kind: fc.constant("wait" as const), key: fc.integer({ min: 0, max: 70 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const attempts = new Attempts(openDatabase().d1, "secret");
        const model = new Map<number, { count: number; expiresAt: number }>();
        const waits: Array<number | undefined> = [];
        const expected: typeof waits = [];
        for (const { key, kind } of steps) {
          if (kind === "wait") wait(key);
          const known = model.get(key);
          const live = known !== undefined && known.expiresAt > Date.now() ? known : undefined;
          if (kind === "giveBack") {
            await attempts.giveBack({ key: `key ${key}` });
            if (live !== undefined) live.count = Math.max(0, live.count - 1);
          }
          if (kind === "take") {
            waits.push(await attempts.take({ key: `key ${key}`, max: 3, seconds: 60 }));
            const entry = live ?? { count: 0, expiresAt: Date.now() + 60_000 };
            model.set(key, entry);
            const isAllowed = entry.count < 3;
            if (isAllowed) entry.count += 1;
            expected.push(isAllowed ? undefined : (entry.expiresAt - Date.now()) / 1000);
          }
        }
        expect(waits).toEqual(expected);
      }),
    );
  });

  it("never allows more than the rule where all come at once", async () => {
    const attempts = new Attempts(openDatabase().d1, "secret");
    const rule = { key: "k", max: 5, seconds: 900 };
    const answers = await Promise.all(Array.from({ length: 100 }, () => attempts.take(rule)));
    expect(answers.filter((answer) => answer === undefined).length).toBe(5);
  });

  it("keeps no more rows than there are slots, and deletes expired ones", async () => {
    const { d1, rows } = openDatabase();
    const attempts = new Attempts(d1, "secret");
    const take = (key: string, seconds: number) => attempts.take({ key, max: 1, seconds });
    for (let count = 0; count < 70_000; count += 1) await take(`key ${count}`, 900);
    expect(rows()).toBeLessThan(65_536);
    wait(900);
    await take("last", 900);
    expect(rows()).toBe(1);
  });
});
