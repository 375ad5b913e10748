import { describe, expect, it } from "@effect/vitest";
import { Schema } from "effect";
import { axiomDashboard } from "../src/axiom/axiom-dashboard.ts";
import { Mpl } from "../src/axiom/mpl.ts";

/** The body that Axiom's documentation describes; a chart may have no other key. */
const Dashboard = Schema.Struct({
  dashboard: Schema.Struct({
    name: Schema.String,
    description: Schema.String,
    owner: Schema.String,
    charts: Schema.Array(
      Schema.Struct({
        id: Schema.String,
        name: Schema.String,
        type: Schema.Literal("TimeSeries", "Statistic", "Table"),
        query: Schema.Struct({ apl: Schema.String, metricsDataset: Schema.String }),
      }),
    ),
    layout: Schema.Array(
      Schema.Struct({
        i: Schema.String,
        x: Schema.Number,
        y: Schema.Number,
        w: Schema.Number,
        h: Schema.Number,
      }),
    ),
    refreshTime: Schema.Literal(15, 60, 300),
    schemaVersion: Schema.Literal(2),
    timeWindowStart: Schema.String.pipe(Schema.startsWith("qr-now")),
    timeWindowEnd: Schema.String.pipe(Schema.startsWith("qr-now")),
  }),
});

describe("the dashboard for Axiom", () => {
  it("matches the API, and has a place for each chart and one dataset", () => {
    const { dashboard } = Schema.decodeUnknownSync(Dashboard, { onExcessProperty: "error" })(
      JSON.parse(axiomDashboard("mine")),
    );
    const ids = dashboard.charts.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(dashboard.layout.map(({ i }) => i)).toEqual(ids);
    expect(dashboard.layout.every(({ x, w }) => x + w <= 12)).toBe(true);
    for (const { query } of dashboard.charts) {
      expect(query.metricsDataset).toBe("mine");
      expect(query.apl).toContain("`mine`:`");
    }
  });
});

describe("MPL from the instruments", () => {
  const mpl = new Mpl("mine");

  it("has OpenTelemetry's names", () => {
    expect(mpl.rate("executor.tool.calls", ["outcome"], { outcome: ["ok", "timeout"] })).toBe(
      [
        "`mine`:`executor.tool.calls`",
        '| where `outcome` == "ok" or `outcome` == "timeout"',
        "| align to 5m using prom::rate",
        "| group by `outcome` using sum",
      ].join("\n"),
    );
    expect(mpl.quantiles("executor.tool.call.duration", [], 0.5, 0.95)).toBe(
      "`mine`:`executor.tool.call.duration`\n| bucket to 5m using interpolate_cumulative_histogram(rate, 0.5, 0.95)",
    );
  });

  it("refuses names and labels that no instrument has", () => {
    expect(() => mpl.rate("executor.tool.callz", [])).toThrow("No instrument");
    expect(() => mpl.rate("executor.tool.calls", ["status"])).toThrow("no label status");
    expect(() => mpl.last("executor.tool.calls", [], "max")).toThrow("is a counter");
  });
});
