import { ToolkitName } from "@executor/sdk/schemas";
import { Encoding, Schema } from "effect";
import { fromStatements, isOwner, Statements, toStatements } from "../auth/permissions.ts";
import type { KeyDatabase } from "../environment.ts";
import { Key } from "./api.ts";
import type { NewKey } from "./api.ts";
import { digest } from "./find-key.ts";

/** Keys that an organization may have. */
export const maxKeys = 500;

const prefix = "exk_";
const secretBytes = 32;
const dayMs = 24 * 60 * 60 * 1000;

/** Position in a list: of the last key of a page. */
export const KeyPosition = Schema.Struct({ createdAt: Schema.String, id: Schema.String });
export type KeyPosition = typeof KeyPosition.Type;

/** Position before the newest key. The column would compare digits alone as a number, which is less than every text. */
const start: KeyPosition = { createdAt: "~", id: "" };

const Row = Schema.Struct({
  id: Schema.String,
  name: Schema.NullOr(Schema.String),
  permissions: Schema.NullOr(Statements),
  toolkit: Schema.NullOr(ToolkitName),
  createdAt: Schema.DateTimeUtc,
  expiresAt: Schema.NullOr(Schema.DateTimeUtc),
  lastUsedAt: Schema.NullOr(Schema.DateTimeUtc),
  userId: Schema.String,
  userName: Schema.String,
  email: Schema.String,
});
const decodeRow = Schema.decodeUnknownSync(Row);

const toKey = (row: unknown): Key => {
  const { email, permissions, userId, userName, ...rest } = decodeRow(row);
  const holder = { id: userId, name: userName, email };
  return new Key({ ...rest, permissions: fromStatements(permissions), holder });
};

/** Reads keys with their holders. A key without one, whose membership has ended, is none. */
const select = `SELECT k.id, k.name, k.permissions, k.toolkit, k.createdAt, k.expiresAt, k.lastRequest AS lastUsedAt,
    u.id AS userId, u.name AS userName, u.email
  FROM apikey k
  JOIN member m ON m.id = k.memberId AND m.organizationId = k.referenceId
  JOIN user u ON u.id = m.userId
  WHERE k.referenceId = ?`;

/** The keys of one organization. Nothing is kept between two calls: each reads or writes the database. */
export class StoredKeys {
  constructor(
    readonly database: KeyDatabase,
    readonly organization: string,
  ) {}

  /** Keys from the newest to the oldest, after a position. */
  async page(limit: number, after: KeyPosition = start): Promise<ReadonlyArray<Key>> {
    const rows = await this.#run(
      `${select} AND (k.createdAt, k.id) < (?, ?) ORDER BY k.createdAt DESC, k.id DESC LIMIT ?`,
      [this.organization, after.createdAt, after.id, limit],
    );
    return rows.map(toKey);
  }

  async get(id: string): Promise<Key | undefined> {
    const [row] = await this.#run(`${select} AND k.id = ?`, [this.organization, id]);
    return row === undefined ? undefined : toKey(row);
  }

  /**
   * Makes a key of this member, and removes those that have expired. Returns its id and its text, or nothing where there are
   * {@link maxKeys} already.
   */
  async make(
    userId: string,
    { expiresInDays, name, permissions, toolkit }: NewKey,
  ): Promise<{ readonly id: string; readonly text: string } | undefined> {
    const id = crypto.randomUUID();
    const text = `${prefix}${Encoding.encodeBase64Url(crypto.getRandomValues(new Uint8Array(secretBytes)))}`;
    const time = Date.now();
    const now = new Date(time).toISOString();
    const expiresAt =
      expiresInDays === undefined ? null : new Date(time + expiresInDays * dayMs).toISOString();
    const statements = JSON.stringify(toStatements(permissions));
    const expired = "DELETE FROM apikey WHERE referenceId = ? AND expiresAt < ?";
    await this.#run(expired, [this.organization, now]);
    const made = await this.#run(
      `INSERT INTO apikey
          (id, configId, referenceId, memberId, name, prefix, key, permissions, expiresAt, enabled, createdAt, updatedAt, toolkit)
        SELECT ?1, 'org', ?2, id, ?4, '${prefix}', ?5, ?6, ?7, 1, ?8, ?8, ?10 FROM member
        WHERE organizationId = ?2 AND userId = ?3 AND (SELECT count(*) FROM apikey WHERE referenceId = ?2) < ?9
        RETURNING id`,
      [
        id,
        this.organization,
        userId,
        name,
        await digest(text),
        statements,
        expiresAt,
        now,
        maxKeys,
        toolkit ?? null,
      ],
    );
    return made.length === 0 ? undefined : { id, text };
  }

  /** Removes a key. Returns whether there was one. */
  async revoke(id: string): Promise<boolean> {
    const revoked = await this.#run(
      "DELETE FROM apikey WHERE id = ? AND referenceId = ? RETURNING id",
      [id, this.organization],
    );
    return revoked.length > 0;
  }

  /** Makes a member the holder of a key. */
  async take(id: string, userId: string): Promise<void> {
    await this.#run(
      `UPDATE apikey SET memberId = m.id, updatedAt = ? FROM member m
        WHERE m.organizationId = referenceId AND m.userId = ? AND apikey.id = ? AND referenceId = ?`,
      [new Date().toISOString(), userId, id, this.organization],
    );
  }

  async isOwner(userId: string): Promise<boolean> {
    const [member] = await this.#run(
      "SELECT role FROM member WHERE organizationId = ? AND userId = ?",
      [this.organization, userId],
    );
    return member !== undefined && isOwner(decodeMember(member).role);
  }

  async #run(
    sql: string,
    values: ReadonlyArray<string | number | null>,
  ): Promise<ReadonlyArray<unknown>> {
    const statement = this.database.prepare(sql).bind(...values);
    const { results } = await statement.all();
    return results;
  }
}

const decodeMember = Schema.decodeUnknownSync(Schema.Struct({ role: Schema.String }));
