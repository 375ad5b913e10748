import { describe, expect, it } from "@effect/vitest";
import { Schema } from "effect";
import { PanelIds } from "../src/dashboards/panel-ids.ts";
import { operatorFiles } from "../src/files.ts";
import { ruleGroups } from "../src/rules/rule-files.ts";
import { defaultSettings } from "../src/settings.ts";

const Link = Schema.Struct({ title: Schema.String, url: Schema.optional(Schema.String) });

/** The parts of a dashboard that these tests look at. */
const Dashboard = Schema.Struct({
  uid: Schema.String,
  editable: Schema.Boolean,
  panels: Schema.Array(
    Schema.Struct({
      id: Schema.Number,
      title: Schema.String,
      type: Schema.String,
      links: Schema.optional(Schema.Array(Link)),
      fieldConfig: Schema.optional(
        Schema.Struct({
          defaults: Schema.Struct({
            links: Schema.optional(Schema.Array(Link)),
            thresholds: Schema.optional(
              Schema.Struct({
                steps: Schema.Array(
                  Schema.Struct({ value: Schema.NullOr(Schema.Number), color: Schema.String }),
                ),
              }),
            ),
          }),
        }),
      ),
      targets: Schema.optional(
        Schema.Array(
          Schema.Struct({ expr: Schema.String, exemplar: Schema.optional(Schema.Boolean) }),
        ),
      ),
    }),
  ),
});

const dashboards = (settings = defaultSettings) =>
  [...operatorFiles(settings)]
    .filter(([path]) => path.startsWith("dashboards/"))
    .map(([, text]) => Schema.decodeUnknownSync(Schema.parseJson(Dashboard))(text));

const panels = (settings = defaultSettings) => dashboards(settings).flatMap((each) => each.panels);

describe("the dashboards", () => {
  it("can be edited, and have panels with numbers of their own", () => {
    expect(dashboards().map(({ uid }) => uid)).toEqual([
      "executor-overview",
      "executor-tools-and-sources",
      "executor-runtime-and-telemetry",
      "executor-objectives",
      "executor-platform",
    ]);
    for (const { editable, panels: own } of dashboards()) {
      expect(editable).toBe(true);
      expect(new Set(own.map(({ id }) => id)).size).toBe(own.length);
    }
  });

  it("number a panel by what it is called, wherever it stands", () => {
    expect(new PanelIds().of("Now/Tool calls")).toBe(new PanelIds().of("Now/Tool calls"));
    const calls = panels().find(({ title }) => title === "Tool calls");
    expect(calls?.id).toBe(new PanelIds().of("Now/Tool calls"));
    const ids = new PanelIds();
    ids.of("a");
    expect(() => ids.of("a")).toThrow("have one number");
  });

  it("link to the runbooks of alerts that there are", () => {
    const names = ruleGroups(defaultSettings).flatMap(({ alerts }) =>
      alerts.map((each) => each.name),
    );
    const linked = panels({ ...defaultSettings, runbooks: "https://r.example/page" }).flatMap(
      ({ links = [], fieldConfig }) => {
        expect(fieldConfig?.defaults.links?.map(({ url }) => url) ?? []).toEqual(
          links.map(({ url }) => url),
        );
        return links.map(({ url = "" }) => url);
      },
    );
    const runbooks = names.map((name) => `https://r.example/page#${name.toLowerCase()}`);
    expect(linked.length).toBeGreaterThan(18);
    expect(linked.filter((url) => !runbooks.includes(url))).toEqual([]);
  });

  it("are coloured at the thresholds at which alerts fire", () => {
    const steps = (title: string, settings = defaultSettings) =>
      panels(settings)
        .find((panel) => panel.title === title)
        ?.fieldConfig?.defaults.thresholds?.steps.map(({ value, color }) => [color, value]);
    const thresholds = { ...defaultSettings.thresholds, memoryBytes: 7 };
    expect(steps("Memory", { ...defaultSettings, thresholds })).toEqual([
      ["green", null],
      ["red", 7],
    ]);
    expect(steps("Least budget")).toEqual([
      ["red", null],
      ["yellow", 0],
      ["green", 0.25],
    ]);
  });

  it("show exemplars with the quantiles of classic histograms", () => {
    const targets = panels().flatMap((panel) => panel.targets ?? []);
    const quantiles = targets.filter(({ expr }) => expr.includes("_bucket{"));
    expect(quantiles.length).toBeGreaterThan(10);
    expect(quantiles.every(({ exemplar }) => exemplar === true)).toBe(true);
  });
});
