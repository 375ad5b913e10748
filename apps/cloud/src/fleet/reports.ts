import * as SqlClient from "@effect/sql/SqlClient";
import type { MetricsOwner } from "@executor/telemetry";
import { inSlices, RegistryReading } from "@executor/telemetry/reading";
import { type Cause, Effect, Schema } from "effect";
import type { Environment } from "../environment.ts";
import type { OrganizationName } from "../organization/organization-name.ts";
import { platformName } from "../platform.ts";
import { addReport, Totals, totalsOf } from "./totals.ts";

/** Path of the platform's object that takes reports. No client's request reaches it. */
export const reportsPath = "/internal/reports";

const Report = Schema.parseJson(Schema.Struct({ organization: Schema.String, totals: Totals }));
const decodeReport = Schema.decodeUnknown(Report);

const TotalsRows = Schema.Array(Schema.Struct({ totals: Schema.parseJson(Totals) }));
const OrganizationRows = Schema.Array(
  Schema.Struct({ organization: Schema.String, totals: Schema.parseJson(Totals) }),
);
const decodeTotals = Schema.decodeUnknown(TotalsRows);
const decodeOrganizations = Schema.decodeUnknown(OrganizationRows);

/**
 * What organizations counted, in the database of the platform's object. A report has totals and no growth, so that one which
 * comes twice, or in place of a lost one, changes nothing.
 */
export const fleetReports = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient;
  const stored = sql`SELECT totals FROM fleet_totals`.pipe(
    Effect.flatMap(decodeTotals),
    Effect.map(([row]) => row?.totals ?? []),
  );
  let sums = yield* stored;
  yield* deleteUnnamed(sql);

  const take = Effect.fn("FleetReports.take")(function* (body: string, now: number) {
    const { organization, totals } = yield* decodeReport(body);
    sums = yield* sql.withTransaction(
      Effect.gen(function* () {
        const [before] = yield* Effect.flatMap(
          sql`SELECT totals FROM fleet_reports WHERE organization = ${organization}`,
          decodeTotals,
        );
        const next = addReport(sums, totals, before?.totals ?? []);
        yield* sql`INSERT INTO fleet_reports (organization, reported_at, totals)
          VALUES (${organization}, ${now}, ${JSON.stringify(totals)})
          ON CONFLICT (organization) DO UPDATE SET reported_at = excluded.reported_at, totals = excluded.totals`;
        yield* sql`INSERT INTO fleet_totals (id, totals) VALUES (1, ${JSON.stringify(next)})
          ON CONFLICT (id) DO UPDATE SET totals = excluded.totals`;
        return next;
      }),
    );
  });

  return {
    /** Takes a report, the text of its request. */
    take,
    /** The totals of all organizations together. They do not fall when one is deleted. */
    sums: () => sums,
    /** The totals of the organizations that reported last, at most `limit`. */
    organizations: (limit: number) =>
      sql`SELECT organization, totals FROM fleet_reports ORDER BY reported_at DESC, organization LIMIT ${limit}`.pipe(
        Effect.flatMap(decodeOrganizations),
        Effect.orDie,
      ),
  };
}).pipe(Effect.orDie);

/** Deletes reports under the id of an object, 64 hexadecimal digits: what they tell is in a report under an organization's id too. */
const deleteUnnamed = (sql: SqlClient.SqlClient) =>
  sql`DELETE FROM fleet_reports WHERE length(organization) = 64 AND organization NOT GLOB '*[^0-9a-f]*'`;

export type FleetReports = Effect.Effect.Success<typeof fleetReports>;

/**
 * Reads an organization's totals, and gives the effect that sends them to the platform's object if they have changed. Store the
 * totals between the two: then the object never starts anew from less than a report has told. Nothing is sent while the
 * organization's name is unknown, nor unless the platform has a token, without which nobody could read it.
 */
export const reporter = (
  name: Pick<OrganizationName, "value">,
  owner: MetricsOwner,
  { EXECUTOR_PLATFORM_TOKEN: token, ORGANIZATIONS: objects }: Environment,
): Effect.Effect<Effect.Effect<void>> => {
  if (token === undefined || token === "") return nothing;
  const reading = new RegistryReading({ registries: [owner.registry], observe: () => {} });
  let last = "";
  const send = Effect.fnUntraced(function* (body: string) {
    const url = new URL(reportsPath, "http://platform");
    const answer = yield* Effect.tryPromise(() =>
      objects
        .get(objects.idFromName(platformName))
        .fetch(new Request(url, { method: "POST", body })),
    );
    if (answer.ok) last = body;
  });
  return Effect.suspend(() => {
    const { value: organization } = name;
    if (organization === undefined) return nothing;
    return Effect.map(
      inSlices(() => reading.steps()),
      (series) => {
        const body = JSON.stringify({ organization, totals: totalsOf(series) });
        return body === last ? Effect.void : Effect.catchAllCause(send(body), logLost);
      },
    );
  });
};

const nothing = Effect.succeed(Effect.void);

const logLost = (cause: Cause.Cause<unknown>) =>
  Effect.logWarning(
    "The platform's object took no report of totals; the next one has them.",
    cause,
  );
