import { Database } from "bun:sqlite";
import { getMigrations } from "better-auth/db/migration";
import { makeAuth } from "../src/auth/better-auth.ts";

/** Prints the SQL that an empty database needs for better-auth and its plugins, for a new file in `packages/core/storage/d1`. */
const auth = makeAuth({
  url: "http://localhost",
  secret: "only for writing the schema down",
  database: new Database(":memory:"),
  maxOrganizations: 1,
});
const { compileMigrations } = await getMigrations(auth.options);
process.stdout.write(`${await compileMigrations()}\n`);
