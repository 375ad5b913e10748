import { Schema } from "effect";
import type { Auth } from "./better-auth.ts";
import { organizationHeader } from "./identity.ts";

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
  const isAdmin = member.role.split(",").some((role) => role === "owner" || role === "admin");
  return { organization: member.organizationId, isAdmin };
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
