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

/** Permission of the MCP endpoint, which runs code. */
export const mcpPermission: Permission = "executions:write";

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

/** Permissions as a key's row has them: actions by resource, in JSON. */
export const Statements = Schema.parseJson(
  Schema.Record({ key: Schema.String, value: Schema.Array(Schema.String) }),
);
type Statements = typeof Statements.Type;

/** Permissions as statements, each once. */
export const toStatements = (permissions: ReadonlyArray<Permission>): Statements => {
  const statements: Record<string, Array<string>> = {};
  for (const permission of new Set(permissions)) {
    const [resource = "", action = ""] = permission.split(":");
    (statements[resource] ??= []).push(action);
  }
  return statements;
};

/** Permissions among statements. */
export const fromStatements = (statements: Statements | null): ReadonlyArray<Permission> => {
  const granted = new Set(
    Object.entries(statements ?? {}).flatMap(([resource, actions]) =>
      actions.map((action) => `${resource}:${action}`),
    ),
  );
  return allPermissions.filter((permission) => granted.has(permission));
};

/** Whether a member's roles, as better-auth stores them, are among others that of an owner. */
export const isOwner = (role: string): boolean => role.split(",").includes("owner");

/** Whether a member with these roles manages the organization, as its owners and admins do. */
export const isAdmin = (role: string): boolean =>
  isOwner(role) || role.split(",").includes("admin");
