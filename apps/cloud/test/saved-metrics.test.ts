import { describe, expect, it } from "@effect/vitest";
import { SqlClient } from "@effect/sql";
import * as Storage from "@executor/storage/bun";
import { counter, Organization, organizationMetrics } from "@executor/telemetry";
import { Effect, Exit } from "effect";
import { inOrganization } from "../src/organization/in-organization.ts";
import { savedMetrics } from "../src/organization/saved-metrics.ts";

const calls = counter({ name: "test.saved", description: "Calls.", unit: "{call}", labels: [] });

const stored = Effect.flatMap(
  SqlClient.SqlClient,
  (sql) => sql`SELECT name, state FROM metrics WHERE name = 'test.saved'`,
);

describe("savedMetrics", () => {
  it.effect("stores with the next write what a failed one did not", () => {
    const owner = organizationMetrics(10);
    const run = Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient;
      const { write } = yield* savedMetrics(owner);
      calls.add(2, {});
      yield* sql`ALTER TABLE metrics RENAME TO elsewhere`;
      expect(Exit.isFailure(yield* Effect.exit(write))).toBe(true);
      yield* sql`ALTER TABLE elsewhere RENAME TO metrics`;
      yield* write;
      expect(yield* stored).toEqual([
        { name: "test.saved", state: JSON.stringify({ type: "counter", value: 2 }) },
      ]);
    }).pipe(Effect.provideService(Organization, owner), Effect.provide(Storage.layerMemory));
    return inOrganization(owner, () => run);
  });
});
