import { Schema } from "effect";

/** The part of D1's interface that is used (https://developers.cloudflare.com/d1/worker-api/). */
export interface AttemptsDatabase {
  prepare(sql: string): Statement;
  batch(statements: Array<Statement>): Promise<Array<Result>>;
}

interface Statement {
  bind(...values: Array<unknown>): Statement;
  all(): Promise<Result>;
}

interface Result {
  readonly results: Array<unknown>;
}

/** So many attempts within so many seconds, from the first one on. */
export interface AttemptRule {
  /** What is counted, and of whom, such as `sign-in address 192.0.2.1`. */
  readonly key: string;
  readonly max: number;
  readonly seconds: number;
  /** Whether it counts whatever the answer to it is. */
  readonly always?: boolean;
}

const decodeCounts = Schema.decodeUnknownSync(
  Schema.Tuple(Schema.Struct({ count: Schema.Int, expiresAt: Schema.Int })),
);

const deleteExpired = `DELETE FROM attempt WHERE expiresAt <= ?1`;

const countOne = `
  INSERT INTO attempt (slot, key, count, expiresAt) VALUES (?1, ?2, 1, ?4)
  ON CONFLICT (slot) DO UPDATE SET
    count = CASE WHEN key = excluded.key AND expiresAt > ?3 THEN count + 1 ELSE 1 END,
    expiresAt = CASE WHEN key = excluded.key AND expiresAt > ?3 THEN expiresAt ELSE excluded.expiresAt END,
    key = excluded.key
  RETURNING count, expiresAt`;

const uncountOne = `UPDATE attempt SET count = count - 1 WHERE slot = ?1 AND key = ?2 AND count > 0`;

/**
 * Counts attempts in the database, for all isolates at once: an attempt is counted by one statement, before it is made. A key's
 * slot among 65,536 is secret; a newcomer takes the slot over. So the rows are bounded, and who writes many keys makes some
 * counts start again, and locks nobody out.
 */
export class Attempts {
  readonly #database: AttemptsDatabase;
  readonly #secret: string;

  constructor(database: AttemptsDatabase, secret: string) {
    this.#database = database;
    this.#secret = secret;
  }

  /** Counts an attempt. Gives the seconds to wait where the rule allows no more of them; such an attempt does not stay counted. */
  async take({ key, max, seconds }: AttemptRule): Promise<number | undefined> {
    const slot = await this.#slot(key);
    const now = Date.now();
    const [, counted] = await this.#database.batch([
      this.#database.prepare(deleteExpired).bind(now),
      this.#database.prepare(countOne).bind(...slot, now, now + seconds * 1000),
    ]);
    const [{ count, expiresAt }] = decodeCounts(counted?.results);
    if (count <= max) return undefined;
    await this.giveBack({ key });
    return Math.ceil((expiresAt - now) / 1000);
  }

  /** Takes an attempt back that was not one, such as one with the right password. */
  async giveBack({ key }: Pick<AttemptRule, "key">): Promise<void> {
    await this.#database
      .prepare(uncountOne)
      .bind(...(await this.#slot(key)))
      .all();
  }

  /** Slot of a key, and the rest of its digest, which tells it from others of the slot. */
  async #slot(key: string): Promise<[slot: number, key: string]> {
    const text = new TextEncoder().encode(`${this.#secret}\n${key}`);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", text));
    const [high = 0, low = 0, ...rest] = digest;
    return [high * 256 + low, Uint8Array.from(rest).toBase64()];
  }
}
