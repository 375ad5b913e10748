import * as SqlClient from "@effect/sql/SqlClient";
import type { Exposition } from "@executor/api";
import { restoreSeries } from "@executor/telemetry";
import type { MetricsOwner, SavedSeries, SavedState } from "@executor/telemetry";
import { inSlices, RegistryReading } from "@executor/telemetry/reading";
import type { Series } from "@executor/telemetry/reading";
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

/** Reads the totals of an organization's counters and histograms, each only where it has changed since it was read last. */
export class ChangedSeries {
  readonly #reading: RegistryReading;
  readonly #read = new WeakMap<object, Series>();

  constructor(owner: MetricsOwner) {
    this.#reading = new RegistryReading({ registries: [owner.registry], observe: () => {} });
  }

  /**
   * The totals that have changed. They count as read when the generator ends; where saving them fails, another reader must read
   * them once more. It yields every few hundred series.
   */
  *steps(): Generator<void, ReadonlyArray<SavedSeries>> {
    const changed: Array<SavedSeries> = [];
    for (const series of yield* this.#reading.steps()) {
      const { source, createdAt } = series;
      if (createdAt === undefined || this.#read.get(source) === series) continue;
      this.#read.set(source, series);
      const state = stateOf(series);
      if (state === undefined) continue;
      const labels = Object.fromEntries(series.labels.map(({ key, value }) => [key, value]));
      changed.push({ name: series.metric.name, labels, createdAt, state });
    }
    return changed;
  }
}

const stateOf = (series: Series): SavedState | undefined => {
  if (series.type === "number") return { type: "counter", value: Number(series.value) };
  if (series.type === "summary" || series.native === undefined) return undefined;
  const { counts, count, sum, min, max, native } = series;
  return {
    type: "histogram",
    buckets: [...counts],
    count,
    sum,
    // What Effect's histograms begin with.
    min: min ?? Number.MAX_VALUE,
    max: max ?? Number.MIN_VALUE,
    native,
  };
};

/** The series of one statement: as one JSON text they stay below the platform's 2 MB. */
const seriesPerStatement = 200;

/**
 * The totals of an organization's counters and histograms, kept in its database: when its object starts anew they continue from
 * there. `write` stores those that have changed since it was last called; measurements after the last write are lost with the
 * object. To be made before anything is measured.
 */
export const savedMetrics = (owner: MetricsOwner) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient;
    const rows = yield* sql`SELECT name, labels, created_at AS createdAt, state FROM metrics`;
    restoreSeries(yield* decodeRows(rows));
    let changed = new ChangedSeries(owner);
    yield* inSlices(() => changed.steps());

    const write = Effect.flatMap(
      inSlices(() => changed.steps()),
      (series) => {
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
      },
    ).pipe(
      // Totals that were read and not stored must be read once more, or a later scrape would show what no write has.
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

/**
 * Exposition that stores the totals that it shows: the platform holds an answer back until earlier writes are safe, so no total
 * that a scrape has shown can be lost.
 */
export const durableScrapes = (
  exposition: Pick<Exposition, "render">,
  write: Effect.Effect<void>,
): Pick<Exposition, "render"> => ({
  render: (format, options) => Effect.zipLeft(exposition.render(format, options), write),
});
