import { Encoding, Schema } from "effect";
import { fromStatements, isAdmin, memberPermissions, Statements } from "../auth/permissions.ts";
import type { Permission } from "../auth/permissions.ts";
import type { KeyDatabase } from "../environment.ts";

const Found = Schema.Struct({
  id: Schema.String,
  /** Id of the organization. */
  organization: Schema.String,
  permissions: Schema.NullOr(Statements),
  toolkit: Schema.NullOr(Schema.String),
  expiresAt: Schema.NullOr(Schema.DateFromString),
  lastRequest: Schema.NullOr(Schema.DateFromString),
  /** Roles of the holder. */
  role: Schema.String,
});
const decodeFound = Schema.decodeUnknownSync(Found);

export interface FoundKey {
  readonly id: string;
  readonly organization: string;
  /** Those that the key was given, as far as its holder has them. */
  readonly permissions: ReadonlyArray<Permission>;
  readonly toolkit: string | null;
}

/** Precision in milliseconds of the time of a key's last use. */
const lastUseMs = 60_000;

/**
 * The valid key of this text; else `expired`, or `unknown` if there is none or its holder's membership has ended. Reads once from
 * the primary database, and writes the last use once a minute, in `later`.
 */
export const findKey = async (
  database: KeyDatabase,
  text: string,
  later: (work: Promise<unknown>) => void,
): Promise<FoundKey | "expired" | "unknown"> => {
  const { results } = await database
    .prepare(
      `SELECT k.id, k.referenceId AS organization, k.permissions, k.toolkit, k.expiresAt, k.lastRequest, m.role
        FROM apikey k JOIN member m ON m.id = k.memberId AND m.organizationId = k.referenceId
        WHERE k.key = ? AND k.enabled IS NOT 0`,
    )
    .bind(await digest(text))
    .all();
  const [found] = results;
  if (found === undefined) return "unknown";
  const { expiresAt, id, lastRequest, organization, permissions, role, toolkit } =
    decodeFound(found);
  const now = new Date();
  if (expiresAt !== null && expiresAt <= now) return "expired";
  if (lastRequest === null || now.getTime() - lastRequest.getTime() > lastUseMs) {
    const update = database.prepare("UPDATE apikey SET lastRequest = ? WHERE id = ?");
    later(update.bind(now.toISOString(), id).all());
  }
  const granted = fromStatements(permissions);
  return {
    id,
    organization,
    toolkit,
    permissions: isAdmin(role) ? granted : granted.filter((one) => memberPermissions.includes(one)),
  };
};

/** Form in which a key is stored: SHA-256, in base64 for URLs. */
export const digest = async (text: string): Promise<string> => {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Encoding.encodeBase64Url(new Uint8Array(bytes));
};
