import { SqlClient } from "@effect/sql";
import { Effect } from "effect";

/** Whether an execution waits for people: it lives in memory, and ends with its object. */
export const hasPausedRuns = Effect.flatMap(SqlClient.SqlClient, (sql) =>
  Effect.map(
    sql`SELECT 1 FROM executions WHERE status = 'paused' LIMIT 1`,
    (rows) => rows.length > 0,
  ),
).pipe(Effect.orDie);
