import { API_KEY_TABLE_NAME, defaultKeyHasher } from "@better-auth/api-key";
import { Schema } from "effect";
import { keyKind } from "./better-auth.ts";
import type { Auth } from "./better-auth.ts";
import {
  allPermissions,
  fromStatements,
  Identity,
  memberPermissions,
  namedOrganization,
  organizationHeader,
} from "./identity.ts";
import type { Permission } from "./identity.ts";
import { findMembership } from "./membership.ts";
import { forbidden, unauthorized } from "./refusal.ts";
import type { Refusal } from "./refusal.ts";

/**
 * Identity of a request's maker: by its key, else by its session. An expired key is not rescued by a valid session cookie. Work
 * that the answer need not wait for goes to `later`.
 */
export const authenticate = async (
  auth: Auth,
  request: Request,
  later: (work: Promise<unknown>) => void,
): Promise<Identity | Refusal> => {
  const authorization = request.headers.get("authorization");
  if (authorization === null) return bySession(auth, request);
  const key = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  if (key === undefined) {
    return unauthorized("Give an API key as Authorization: Bearer KEY.");
  }
  return byKey(auth, key, namedOrganization(request.headers), later);
};

const byKey = async (
  auth: Auth,
  text: string,
  named: string | null,
  later: (work: Promise<unknown>) => void,
): Promise<Identity | Refusal> => {
  const key = await findKey(auth, text, later);
  if (key === "expired") return unauthorized("This API key has expired. Make another.");
  if (key === "unknown") {
    return unauthorized("This API key does not exist, or it was revoked. Make another.");
  }
  const { id, organization, permissions } = key;
  if (named !== null && named !== organization) {
    return forbidden(
      `This API key belongs to another organization than ${organizationHeader} names. Leave that header out.`,
    );
  }
  return new Identity({ organization, subject: `key:${id}`, permissions, answersForAll: false });
};

const bySession = async (auth: Auth, request: Request): Promise<Identity | Refusal> => {
  const session = await auth.api.getSession({ headers: request.headers });
  if (session === null) {
    return unauthorized("Give an API key as Authorization: Bearer KEY, or sign in.");
  }
  const foreign = foreignOrigin(request);
  if (foreign !== undefined) {
    return forbidden(`A page of ${foreign} may not use this session.`);
  }
  const userId = session.user.id;
  const membership = await findMembership(auth, userId, namedOrganization(request.headers));
  if (typeof membership === "string") return forbidden(membership);
  return new Identity({
    organization: membership.organization,
    subject: `user:${userId}`,
    permissions: membership.isAdmin ? allPermissions : memberPermissions,
    answersForAll: membership.isAdmin,
  });
};

/** Origin of another site's page: a browser sends the session's cookie with that page's requests, and names the page. */
const foreignOrigin = (request: Request): string | undefined => {
  const origin = request.headers.get("origin");
  return origin === null || origin === new URL(request.url).origin ? undefined : origin;
};

const Time = Schema.NullOr(Schema.DateFromSelf);

const Row = Schema.Struct({
  id: Schema.String,
  configId: Schema.String,
  /** Id of the organization. */
  referenceId: Schema.String,
  enabled: Schema.NullOr(Schema.Boolean),
  expiresAt: Time,
  lastRequest: Time,
  permissions: Schema.NullOr(
    Schema.parseJson(Schema.Record({ key: Schema.String, value: Schema.Array(Schema.String) })),
  ),
});
const decodeRow = Schema.decodeUnknownSync(Row);

interface FoundKey {
  readonly id: string;
  readonly organization: string;
  readonly permissions: ReadonlyArray<Permission>;
}

/** Precision in milliseconds of the time of a key's last use. */
const lastUseMs = 60_000;

/**
 * The valid key of this text; else `expired` or `unknown`. better-auth's own verification writes to the database twice for each
 * request; this reads once, and writes the last use now and then, in `later`.
 */
const findKey = async (
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
