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
