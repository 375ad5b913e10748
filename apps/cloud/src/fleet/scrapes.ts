import { Exposition } from "@executor/api";
import type { RegistryReading, Series } from "@executor/telemetry/reading";
import { Effect } from "effect";
import type { FleetReports } from "./reports.ts";
import { joinSeries, toSeries } from "./totals.ts";

type Steps = Pick<RegistryReading, "steps">;

/** The platform's own series, with the totals of all organizations. */
export const withFleet = (own: Steps, { sums }: Pick<FleetReports, "sums">): Steps => ({
  *steps() {
    const series = yield* own.steps();
    return joinSeries([...series, ...sums().flatMap((total) => toSeries(total))]);
  },
});

/** Exposition of the organizations that reported last, each series with the organization's id as a label. */
export const organizationsExposition = (
  { organizations }: Pick<FleetReports, "organizations">,
  limit: number,
): Pick<Exposition, "render"> => {
  let series: ReadonlyArray<Series> = [];
  const exposition = new Exposition({
    reading: {
      *steps() {
        yield;
        return series;
      },
    },
  });
  return {
    render: (format, options) =>
      Effect.flatMap(organizations(limit), (rows) => {
        series = rows.flatMap(({ organization, totals }) =>
          totals.flatMap((total) => toSeries(total, organization)),
        );
        return exposition.render(format, options);
      }),
  };
};
