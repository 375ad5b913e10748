import { Migrator } from "@effect/sql";
import sourcesAndExecutions from "./migrations/0001-sources-and-executions.ts";
import policiesAndSecrets from "./migrations/0002-policies-and-secrets.ts";

/** Every migration, in order. One that has been released never changes; a change of the schema is a new one. */
export const migrate = Migrator.make({})({
  loader: Migrator.fromRecord({
    "0001_sources_and_executions": sourcesAndExecutions,
    "0002_policies_and_secrets": policiesAndSecrets,
  }),
  table: "migrations",
});
