import { Schema } from "effect";
import type { Auth } from "./better-auth.ts";

/** Names the organisation that a person's request is about, by its id or its slug. */
export const organisationHeader = "executor-organisation";

const Member = Schema.Struct({ organizationId: Schema.String, role: Schema.String });
const decodeMembers = Schema.decodeUnknownSync(Schema.Array(Member));
const decodeOrganisation = Schema.decodeUnknownSync(Schema.Struct({ id: Schema.String }));

export interface Membership {
  readonly organisation: string;
  /** Whether the person may do everything in the organisation. */
  readonly isAdmin: boolean;
}

/**
 * The person's membership of the organisation that is named, by id or slug, or of the only one there is; otherwise why there is
 * none.
 */
export const findMembership = async (
  auth: Auth,
  userId: string,
  named: string | null,
): Promise<Membership | string> => {
  const { adapter } = await auth.$context;
  const members = decodeMembers(
    await adapter.findMany({ model: "member", where: [{ field: "userId", value: userId }] }),
  );
  const organisation = named === null ? undefined : await organisationId(auth, members, named);
  const [member, ...others] =
    named === null ? members : members.filter((one) => one.organizationId === organisation);
  if (member === undefined) {
    return named === null
      ? "This account belongs to no organisation. Make one with POST /api/auth/organization/create."
      : "This account does not belong to that organisation.";
  }
  if (others.length > 0) {
    return `This account belongs to several organisations. Name one in the header ${organisationHeader}.`;
  }
  const isAdmin = member.role.split(",").some((role) => role === "owner" || role === "admin");
  return { organisation: member.organizationId, isAdmin };
};

/** An id that the person has comes first: somebody else may have chosen it as a slug. */
const organisationId = async (
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
  return found === null ? undefined : decodeOrganisation(found).id;
};
