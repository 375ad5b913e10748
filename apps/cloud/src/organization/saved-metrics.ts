import { SqlClient } from "@effect/sql";
import { ChangedSeries, restoreSeries } from "@executor/telemetry";
import type { MetricsOwner } from "@executor/telemetry";
import { Array as Arr, Effect, Schema } from "effect";

const Buckets = Schema.Struct({
  indexes: Schema.Array(Schema.Number),
  counts: Schema.Array(Schema.Number),
});

const State = Schema.Union(
  Schema.Struct({ type: Schema.Literal("counter"), value: Schema.Number }),
  Schema.Struct({
    type: Schema.Literal("histogram"),
    buckets: Schema.Array(Schema.Number),
    count: Schema.Number,
    sum: Schema.Number,
    min: Schema.Number,
    max: Schema.Number,
    native: Schema.Struct({
      schema: Schema.Number,
      zeroThreshold: Schema.Number,
      zeroCount: Schema.Number,
      positive: Buckets,
      negative: Buckets,
      count: Schema.Number,
    }),
  }),
);

const Row = Schema.Struct({
  name: Schema.String,
  labels: Schema.parseJson(Schema.Record({ key: Schema.String, value: Schema.String })),
  createdAt: Schema.Number,
  state: Schema.parseJson(State),
});

const decodeRows = Schema.decodeUnknown(Schema.Array(Row));

/** One statement takes so many, as one JSON text below the platform's 2 MB. */
const seriesPerStatement = 200;

/**
 * What the counters and histograms of an organization have come to, kept in its database: they go on from there when its object
 * starts anew. `write` stores what has changed since it did so last; what is counted after the last write is lost with the
 * object. To be made before anything is measured.
 */
export const savedMetrics = (owner: MetricsOwner) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient;
    const rows = yield* sql`SELECT name, labels, created_at AS createdAt, state FROM metrics`;
    restoreSeries(yield* decodeRows(rows));
    let changed = new ChangedSeries(owner);
    changed.read();

    const write = Effect.suspend(() => {
      const series = changed.read();
      if (series.length === 0) return Effect.void;
      return sql.withTransaction(
        Effect.forEach(
          Arr.chunksOf(series, seriesPerStatement),
          (chunk) => {
            const values = JSON.stringify(
              chunk.map(({ name, labels, createdAt, state }) => [
                name,
                JSON.stringify(labels),
                createdAt,
                JSON.stringify(state),
              ]),
            );
            return sql`INSERT INTO metrics (name, labels, created_at, state)
              SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(${values}) WHERE TRUE
              ON CONFLICT (name, labels) DO UPDATE SET state = excluded.state`;
          },
          { discard: true },
        ),
      );
    }).pipe(
      // What was read and not stored must be read again, or a later scrape would show what no write has.
      Effect.tapErrorCause(() =>
        Effect.sync(() => {
          changed = new ChangedSeries(owner);
        }),
      ),
      Effect.orDie,
      Effect.withSpan("SavedMetrics.write"),
    );
    return { write };
  }).pipe(Effect.orDie);
