import * as Reactivity from "@effect/experimental/Reactivity";
import * as Migrator from "@effect/sql/Migrator";
import * as SqlClient from "@effect/sql/SqlClient";
import { Cause, Effect, Layer, Schema, type Scope } from "effect";
import sourcesAndExecutions from "./migrations/0001-sources-and-executions.ts";
import policiesAndSecrets from "./migrations/0002-policies-and-secrets.ts";
import metrics from "./migrations/0003-metrics.ts";
import warningsAndReview from "./migrations/0004-warnings-and-review.ts";
import changedTools from "./migrations/0005-changed-tools.ts";
import definitionTokens from "./migrations/0006-definition-tokens.ts";
import fleet from "./migrations/0007-fleet.ts";
import toolkits from "./migrations/0008-toolkits.ts";
import sourceState from "./migrations/0009-source-state.ts";
import sourceInstructions from "./migrations/0010-source-instructions.ts";

/** The database cannot be used. The message tells the operator what is wrong and what to do. */
export class StorageError extends Schema.TaggedError<StorageError>()("StorageError", {
  message: Schema.String,
}) {}

const run = (statements: ReadonlyArray<string>) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) =>
    Effect.forEach(statements, (statement) => sql.unsafe(statement), { discard: true }),
  );

/**
 * Migrates the database of the daemon or of an organization. A migration that has been released never changes; a change of the
 * schema is a new one. The cloud's D1 database has its own migrations, in `d1`.
 */
const migrate = Migrator.make({})({
  loader: Migrator.fromRecord({
    "0001_sources_and_executions": run(sourcesAndExecutions),
    "0002_policies_and_secrets": run(policiesAndSecrets),
    "0003_metrics": run(metrics),
    "0004_warnings_and_review": run(warningsAndReview),
    "0005_changed_tools": run(changedTools),
    "0006_definition_tokens": run(definitionTokens),
    "0007_fleet": run(fleet),
    "0008_toolkits": run(toolkits),
    "0009_source_state": run(sourceState),
    "0010_source_instructions": run(sourceInstructions),
  }),
  table: "migrations",
});

/** The database that `open` gives, migrated. `explain`: the message for an operator of what else it fails or dies with. */
export const migrated = <E>(
  open: Effect.Effect<SqlClient.SqlClient, E, Scope.Scope | Reactivity.Reactivity>,
  explain: (said: string, error: unknown) => string,
): Layer.Layer<SqlClient.SqlClient, StorageError> =>
  Layer.scoped(
    SqlClient.SqlClient,
    open.pipe(
      Effect.tap((client) => Effect.provideService(migrate, SqlClient.SqlClient, client)),
      Effect.provide(Reactivity.layer),
      Effect.catchAllCause((cause) => {
        const error = Cause.squash(cause);
        if (error instanceof StorageError) return Effect.fail(error);
        const said = error instanceof Error ? error.message : String(error);
        return Effect.fail(new StorageError({ message: explain(said, error) }));
      }),
    ),
  );
