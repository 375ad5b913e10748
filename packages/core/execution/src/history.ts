import { SqlClient } from "@effect/sql";
import { Context, Effect, Layer, Schema } from "effect";
import { Limits } from "./limits.ts";
import { lost } from "./run/outcome.ts";
import { Execution, ExecutionNotFound, ExecutionSummary } from "./schemas.ts";

const Row = Schema.Struct({ record: Schema.parseJson(Execution) });
const decodeRows = Schema.decodeUnknown(Schema.Array(Row));
const encodeRecord = Schema.encode(Schema.parseJson(Execution));

/** Stores executions that have ended or are paused, newest first; the oldest are deleted beyond `maxHistory`. */
export class History extends Context.Tag("@executor/execution/History")<
  History,
  {
    /**
     * Stores an execution durably. It replaces the same execution if that is stored as paused; one that has ended is never
     * changed.
     */
    readonly save: (execution: Execution) => Effect.Effect<void>;
    /** Ends the paused executions of an earlier daemon, which cannot continue. Returns them as they were. */
    readonly endPaused: Effect.Effect<ReadonlyArray<Execution>>;
    readonly get: (id: string) => Effect.Effect<Execution, ExecutionNotFound>;
    readonly list: (limit: number) => Effect.Effect<ReadonlyArray<ExecutionSummary>>;
  }
>() {
  static readonly layer = Layer.effect(
    History,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient;
      const { maxHistory } = yield* Limits;

      const save = Effect.fn("History.save")(function* (execution: Execution) {
        const record = yield* encodeRecord(execution);
        const { id, status } = execution;
        yield* sql`INSERT INTO executions (id, status, started_at, record)
          VALUES (${id}, ${status}, ${execution.startedAt.epochMillis}, ${record})
          ON CONFLICT (id) DO UPDATE SET status = excluded.status, record = excluded.record
          WHERE executions.status = 'paused'`;
        yield* sql`DELETE FROM executions
          WHERE sequence <= (SELECT max(sequence) FROM executions) - ${maxHistory}`;
      }, Effect.orDie);

      const endPaused = Effect.gen(function* () {
        const rows = yield* Effect.flatMap(
          sql`SELECT record FROM executions WHERE status = 'paused'`,
          decodeRows,
        );
        const executions = rows.map(({ record }) => record);
        yield* Effect.forEach(
          executions,
          (paused) =>
            save(new Execution({ ...paused, ...lost, approvals: [] }, { disableValidation: true })),
          { discard: true },
        );
        return executions;
      }).pipe(Effect.orDie, Effect.withSpan("History.endPaused"));

      const get = Effect.fn("History.get")(function* (id: string) {
        const [row] = yield* sql`SELECT record FROM executions WHERE id = ${id}`.pipe(
          Effect.flatMap(decodeRows),
          Effect.orDie,
        );
        return row === undefined
          ? yield* new ExecutionNotFound({
              message: `There is no execution ${id.slice(0, 64)}. The history keeps the last ${maxHistory}.`,
            })
          : row.record;
      });

      const list = Effect.fn("History.list")(function* (limit: number) {
        const rows = yield* Effect.flatMap(
          sql`SELECT record FROM executions ORDER BY sequence DESC LIMIT ${limit}`,
          decodeRows,
        );
        return rows.map(({ record }) => new ExecutionSummary(record, { disableValidation: true }));
      }, Effect.orDie);

      return { save, endPaused, get, list };
    }),
  );
}
