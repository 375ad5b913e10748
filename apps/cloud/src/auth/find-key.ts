import { API_KEY_TABLE_NAME, defaultKeyHasher } from "@better-auth/api-key";
import { Schema } from "effect";
import { keyKind } from "./better-auth.ts";
import type { Auth } from "./better-auth.ts";
import { fromStatements } from "./permission.ts";
import type { Permission } from "./permission.ts";

const Time = Schema.NullOr(Schema.DateFromSelf);

const Row = Schema.Struct({
  id: Schema.String,
  configId: Schema.String,
  /** The organization. */
  referenceId: Schema.String,
  enabled: Schema.NullOr(Schema.Boolean),
  expiresAt: Time,
  lastRequest: Time,
  permissions: Schema.NullOr(
    Schema.parseJson(Schema.Record({ key: Schema.String, value: Schema.Array(Schema.String) })),
  ),
});
const decodeRow = Schema.decodeUnknownSync(Row);

export interface FoundKey {
  readonly id: string;
  readonly organization: string;
  readonly permissions: ReadonlyArray<Permission>;
}

/** When a key was used last is kept to this many milliseconds. */
const lastUseMs = 60_000;

/**
 * The key of this text, where it holds; else `expired` or `unknown`. better-auth's own verification writes to the database twice
 * for each request; this reads once, and what it writes now and then goes to `later`.
 */
export const findKey = async (
  auth: Auth,
  text: string,
  later: (work: Promise<unknown>) => void,
): Promise<FoundKey | "expired" | "unknown"> => {
  const { adapter } = await auth.$context;
  const found: unknown = await adapter.findOne({
    model: API_KEY_TABLE_NAME,
    where: [{ field: "key", value: await defaultKeyHasher(text) }],
  });
  if (found === null) return "unknown";
  const { configId, enabled, expiresAt, id, lastRequest, permissions, referenceId } =
    decodeRow(found);
  if (configId !== keyKind || enabled === false) return "unknown";
  const now = new Date();
  if (expiresAt !== null && expiresAt <= now) return "expired";
  if (lastRequest === null || now.getTime() - lastRequest.getTime() > lastUseMs) {
    const where = [{ field: "id", value: id }];
    later(adapter.update({ model: API_KEY_TABLE_NAME, where, update: { lastRequest: now } }));
  }
  return { id, organization: referenceId, permissions: fromStatements(permissions) };
};
