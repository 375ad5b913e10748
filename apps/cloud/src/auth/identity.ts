import { Schema } from "effect";

/** Permission of a key or a member, as resource and action. */
export const Permission = Schema.Literal(
  "sources:read",
  "sources:write",
  "tools:read",
  "executions:read",
  "executions:write",
  "policies:read",
  "policies:write",
  "secrets:read",
  "secrets:write",
  "metrics:read",
).annotations({ identifier: "Permission" });
export type Permission = typeof Permission.Type;

export const allPermissions: ReadonlyArray<Permission> = Permission.literals;

/** Permissions of members that are neither owners nor admins. */
export const memberPermissions: ReadonlyArray<Permission> = [
  "sources:read",
  "tools:read",
  "executions:read",
  "executions:write",
  "policies:read",
  "secrets:read",
  "metrics:read",
];

/** Permissions as better-auth stores them: actions by resource. */
export const toStatements = (
  permissions: ReadonlyArray<Permission>,
): Record<string, Array<string>> => {
  const statements: Record<string, Array<string>> = {};
  for (const permission of permissions) {
    const [resource = "", action = ""] = permission.split(":");
    (statements[resource] ??= []).push(action);
  }
  return statements;
};

/** Permissions among better-auth's statements. */
export const fromStatements = (
  statements: Readonly<Record<string, ReadonlyArray<string>>> | null | undefined,
): ReadonlyArray<Permission> => {
  const granted = new Set(
    Object.entries(statements ?? {}).flatMap(([resource, actions]) =>
      actions.map((action) => `${resource}:${action}`),
    ),
  );
  return allPermissions.filter((permission) => granted.has(permission));
};

/** Maker of a request, as the Worker verified it: a member of an organization, or one of its keys. */
export class Identity extends Schema.Class<Identity>("Identity")({
  /** Id of the organization. */
  organization: Schema.String,
  /** `user:` or `key:` and an id. */
  subject: Schema.String,
  permissions: Schema.Array(Permission),
  /** Whether it may answer approvals of all executions, as the organization's owners and admins may. */
  answersForAll: Schema.Boolean,
}) {}

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
