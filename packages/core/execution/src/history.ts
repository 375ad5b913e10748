import * as SqlClient from "@effect/sql/SqlClient";
import { Context, Effect, Layer, Schema } from "effect";
import { Limits } from "./limits.ts";
import { interrupted } from "./run/outcome.ts";
import { Execution, ExecutionNotFound, ExecutionSummary } from "./schemas.ts";

const Row = Schema.Struct({ record: Schema.parseJson(Execution) });
const decodeRows = Schema.decodeUnknown(Schema.Array(Row));
const encodeRecord = Schema.encode(Schema.parseJson(Execution));

/** Stores executions from their beginning, newest first; the oldest are deleted beyond `maxHistory`. */
export class History extends Context.Tag("@executor/execution/History")<
  History,
  {
    /** Stores an execution that begins, so that it is known if the process ends under it. */
    readonly begin: (execution: Execution) => Effect.Effect<void>;
    /** Stores an execution durably, in place of the same one stored before; one that has ended is never changed. */
    readonly save: (execution: Execution) => Effect.Effect<void>;
    /** Ends the executions that an earlier process left under way as interrupted. Returns them as they were. */
    readonly endUnfinished: Effect.Effect<ReadonlyArray<Execution>>;
    readonly get: (id: string) => Effect.Effect<Execution, ExecutionNotFound>;
    /** Only those of a toolkit, if one is named. */
    readonly list: (
      limit: number,
      toolkit?: string,
    ) => Effect.Effect<ReadonlyArray<ExecutionSummary>>;
    readonly notFound: (id: string) => ExecutionNotFound;
  }
>() {
  static readonly layer = Layer.effect(
    History,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient;
      const { maxHistory } = yield* Limits;

      const save = Effect.fn("History.save")(function* (execution: Execution) {
        const record = yield* encodeRecord(execution);
        const { id, status, toolkit } = execution;
        yield* sql`INSERT INTO executions (id, status, started_at, record, toolkit)
          VALUES (${id}, ${status}, ${execution.startedAt.epochMillis}, ${record}, ${toolkit})
          ON CONFLICT (id) DO UPDATE SET status = excluded.status, record = excluded.record
          WHERE executions.status IN ('running', 'paused')`;
      }, Effect.orDie);

      const begin = Effect.fn("History.begin")(function* (execution: Execution) {
        yield* save(execution);
        yield* sql`DELETE FROM executions
          WHERE sequence <= (SELECT max(sequence) FROM executions) - ${maxHistory}`;
      }, Effect.orDie);

      const records = <E>(rows: Effect.Effect<unknown, E>) =>
        rows.pipe(
          Effect.flatMap(decodeRows),
          Effect.map((decoded) => decoded.map(({ record }) => record)),
          Effect.orDie,
        );

      const endUnfinished = Effect.gen(function* () {
        const executions = yield* records(
          sql`SELECT record FROM executions WHERE status IN ('running', 'paused')`,
        );
        for (const left of executions) {
          yield* save(
            new Execution({ ...left, ...interrupted, approvals: [] }, { disableValidation: true }),
          );
        }
        return executions;
      }).pipe(Effect.withSpan("History.endUnfinished"));

      const notFound = (id: string) =>
        new ExecutionNotFound({
          message: `There is no execution ${id.slice(0, 64)}. The history keeps the last ${maxHistory}.`,
        });

      const get = Effect.fn("History.get")(function* (id: string) {
        const [record] = yield* records(sql`SELECT record FROM executions WHERE id = ${id}`);
        return record ?? (yield* notFound(id));
      });

      const list = Effect.fn("History.list")(function* (limit: number, toolkit?: string) {
        const wanted = toolkit === undefined ? sql`TRUE` : sql`toolkit = ${toolkit}`;
        const stored = yield* records(
          sql`SELECT record FROM executions WHERE ${wanted} ORDER BY sequence DESC LIMIT ${limit}`,
        );
        return stored.map((record) => new ExecutionSummary(record, { disableValidation: true }));
      });

      return { begin, save, endUnfinished, get, list, notFound };
    }),
  );
}
