import { apiError } from "@executor/sdk/schemas";
import { Forbidden } from "@executor/api";
import { Schema } from "effect";
import type { KeyDatabase } from "../environment.ts";
import { findKey } from "../keys/find-key.ts";
import type { Auth } from "./better-auth.ts";
import { allPermissions, isAdmin, memberPermissions, Permission } from "./permissions.ts";

/** The request has no valid credentials: no key and no session, or expired ones. */
export class Unauthorized extends apiError<Unauthorized>()("Unauthorized", 401) {}

/** The API has no endpoint at the request's method and path. */
export class EndpointNotFound extends apiError<EndpointNotFound>()("EndpointNotFound", 404) {}

const encode = Schema.encodeSync(Schema.Union(Unauthorized, Forbidden));

/** The Worker's answer to a request that it does not forward. */
export interface Refusal {
  readonly outcome: "unauthorized" | "forbidden" | "rate_limited";
  readonly response: Response;
}

export const isRefusal = (value: object): value is Refusal => "outcome" in value;

/** Refuses a request that has no valid credentials (RFC 9110, section 15.5.2). */
export const unauthorized = (message: string): Refusal => ({
  outcome: "unauthorized",
  response: Response.json(encode(new Unauthorized({ message })), {
    status: 401,
    headers: { "www-authenticate": 'Bearer realm="executor"' },
  }),
});

/** Refuses a request whose credentials are valid and do not suffice (RFC 9110, section 15.5.4). */
export const forbidden = (message: string): Refusal => ({
  outcome: "forbidden",
  response: Response.json(encode(new Forbidden({ message })), { status: 403 }),
});

/** Maker of a request, as the Worker verified it: a member of an organization, or one of its keys. */
export class Identity extends Schema.Class<Identity>("Identity")({
  /** Id of the organization. */
  organization: Schema.String,
  /** `user:` or `key:` and an id. */
  subject: Schema.String,
  permissions: Schema.Array(Permission),
  /** Toolkit that it is bound to: it reaches the MCP endpoint of this toolkit and nothing else. */
  toolkit: Schema.optionalWith(Schema.NullOr(Schema.String), { default: () => null }).pipe(
    Schema.withConstructorDefault(() => null),
  ),
  /** Whether it may answer approvals of all executions, as the organization's owners and admins may. */
  answersForAll: Schema.Boolean,
}) {}

/** Why a key that is bound to a toolkit does not reach what its request asks for. */
export const boundTo = (toolkit: string): string =>
  `This key is bound to the toolkit ${toolkit}: it reaches /mcp/${toolkit} and nothing else.`;

/** Header that names the organization of a person's request, by its id or its slug. */
export const organizationHeader = "executor-organization";

/** The organization that a request names. The former spelling of the header is still read. */
export const namedOrganization = (headers: Headers): string | null =>
  headers.get(organizationHeader) ?? headers.get("executor-organisation");

/** Prefix of headers that only the Worker sets for an organization's object; it removes a client's. */
export const internalHeaderPrefix = "executor-internal-";

export const identityHeader = `${internalHeaderPrefix}identity`;

const Text = Schema.parseJson(Identity);

export const encodeIdentity = Schema.encodeSync(Text);

/** Identity in the text of {@link identityHeader}, if the text is one. */
export const decodeIdentity = Schema.decodeUnknownOption(Text);

/**
 * Identity of a request's maker: by its key, else by its session. An expired key is not rescued by a valid session cookie. Work
 * that the answer need not wait for goes to `later`.
 */
export const authenticate = async (
  auth: Auth,
  keys: KeyDatabase,
  request: Request,
  later: (work: Promise<unknown>) => void,
): Promise<Identity | Refusal> => {
  const authorization = request.headers.get("authorization");
  if (authorization === null) return bySession(auth, request);
  const key = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  if (key === undefined) {
    return unauthorized("Give an API key as Authorization: Bearer KEY.");
  }
  return byKey(keys, key, namedOrganization(request.headers), later);
};

const byKey = async (
  keys: KeyDatabase,
  text: string,
  named: string | null,
  later: (work: Promise<unknown>) => void,
): Promise<Identity | Refusal> => {
  const key = await findKey(keys, text, later);
  if (key === "expired") return unauthorized("This API key has expired. Make another.");
  if (key === "unknown") {
    return unauthorized(
      "This API key does not exist, was revoked, or ended with its holder's membership. Make another.",
    );
  }
  const { id, organization, permissions, toolkit } = key;
  if (named !== null && named !== organization) {
    return forbidden(
      `This API key belongs to another organization than ${organizationHeader} names. Leave that header out.`,
    );
  }
  const subject = `key:${id}`;
  return new Identity({ organization, subject, permissions, toolkit, answersForAll: false });
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

const Member = Schema.Struct({ organizationId: Schema.String, role: Schema.String });
const decodeMembers = Schema.decodeUnknownSync(Schema.Array(Member));
const decodeOrganization = Schema.decodeUnknownSync(Schema.Struct({ id: Schema.String }));

export interface Membership {
  readonly organization: string;
  /** Whether the person is an owner or admin of the organization. */
  readonly isAdmin: boolean;
}

/** Membership of the organization named by id or slug, or of the person's only one; otherwise the reason why there is none. */
export const findMembership = async (
  auth: Auth,
  userId: string,
  named: string | null,
): Promise<Membership | string> => {
  const { adapter } = await auth.$context;
  const members = decodeMembers(
    await adapter.findMany({ model: "member", where: [{ field: "userId", value: userId }] }),
  );
  const organization = named === null ? undefined : await resolveOrganization(auth, members, named);
  const [member, ...others] =
    named === null ? members : members.filter((one) => one.organizationId === organization);
  if (member === undefined) {
    return named === null
      ? "This account belongs to no organization. Make one with POST /api/auth/organization/create."
      : "This account does not belong to that organization.";
  }
  if (others.length > 0) {
    return `This account belongs to several organizations. Name one in the header ${organizationHeader}.`;
  }
  return { organization: member.organizationId, isAdmin: isAdmin(member.role) };
};

/** Id of the organization. An id of the person's own wins over a slug, which somebody else may have chosen. */
const resolveOrganization = async (
  auth: Auth,
  members: ReadonlyArray<typeof Member.Type>,
  named: string,
): Promise<string | undefined> => {
  if (members.some(({ organizationId }) => organizationId === named)) return named;
  const { adapter } = await auth.$context;
  const found: unknown = await adapter.findOne({
    model: "organization",
    where: [{ field: "slug", value: named }],
  });
  return found === null ? undefined : decodeOrganization(found).id;
};
