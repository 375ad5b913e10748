import type { Auth } from "./better-auth.ts";
import { findKey } from "./find-key.ts";
import { Identity } from "./identity.ts";
import { findMembership, namedOrganization, organizationHeader } from "./membership.ts";
import { allPermissions, memberPermissions } from "./permission.ts";
import { forbidden, unauthorized } from "./refusal.ts";
import type { Refusal } from "./refusal.ts";

/**
 * Who makes a request: by its key, else by its session. A key that holds no more is not made up for by a session. What need not
 * be waited for goes to `later`.
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
    return unauthorized("This API key is not one, or it was revoked. Make another.");
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

/** A browser sends a session with what any site's page asks for, and tells whose page that is. */
const foreignOrigin = (request: Request): string | undefined => {
  const origin = request.headers.get("origin");
  return origin === null || origin === new URL(request.url).origin ? undefined : origin;
};
