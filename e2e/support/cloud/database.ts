import { Database } from "bun:sqlite";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { CloudApp } from "./app.ts";

/** The file of the D1 database. */
const database = ({ dataDirectory }: CloudApp): Database => {
  const folder = join(dataDirectory, "v3", "d1");
  const file = readdirSync(folder, { recursive: true })
    .map(String)
    .find((name) => name.endsWith(".sqlite") && !name.includes("metadata"));
  if (file === undefined) throw new Error(`${folder} holds no database.`);
  return new Database(join(folder, file));
};

/** Changes the database behind the app's back, and without its foreign keys. */
export const change = (
  app: CloudApp,
  sql: string,
  ...bindings: ReadonlyArray<string | number>
): void => {
  const open = database(app);
  try {
    open.run(sql, [...bindings]);
  } finally {
    open.close();
  }
};

/** Breaks the database of every organization, behind their objects' backs: what needs this table fails. */
export const dropTable = ({ dataDirectory }: CloudApp, table: string): void => {
  const folder = join(dataDirectory, "organisations");
  for (const name of readdirSync(folder, { recursive: true }).map(String)) {
    if (!name.endsWith(".sqlite") || name.includes("metadata")) continue;
    const open = new Database(join(folder, name));
    try {
      open.run(`DROP TABLE IF EXISTS ${table}`);
    } finally {
      open.close();
    }
  }
};

/** Makes somebody a member of an organization, without an invitation. */
export const addMember = (
  app: CloudApp,
  organization: string,
  email: string,
  role = "member",
): void =>
  change(
    app,
    `INSERT INTO member (id, organizationId, userId, role, createdAt)
      SELECT ?, ?, id, ?, '2026-01-01T00:00:00.000Z' FROM user WHERE email = ?`,
    `member-${email}-${organization}`,
    organization,
    role,
    email,
  );
