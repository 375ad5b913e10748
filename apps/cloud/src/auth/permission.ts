import { Schema } from "effect";

/** What a key may be allowed. */
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

/** What members of an organization may do who are neither its owners nor its admins. */
export const memberPermissions: ReadonlyArray<Permission> = [
  "sources:read",
  "tools:read",
  "executions:read",
  "executions:write",
  "policies:read",
  "secrets:read",
  "metrics:read",
];

/** better-auth keeps permissions as actions by resource. */
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

/** What of better-auth's statements is a permission here. */
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
