import {
  LegendDisplayMode,
  LegendPlacement,
  TooltipDisplayMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TableBuilder } from "@grafana/grafana-foundation-sdk/table";
import { PanelBuilder as TimeSeriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import type { Query } from "./queries.ts";

type PanelBuilder = TimeSeriesBuilder | StatBuilder | TableBuilder;

/** A panel that gets its title from its key in a row. */
export type Untitled = (title: string) => PanelBuilder;

export const datasource = { type: "prometheus", uid: "${datasource}" };

const refIds = "ABCDEFGH";

const targets = (queries: ReadonlyArray<Query>, format: PromQueryFormat) =>
  queries.map(({ expression, legend }, index) => {
    const query = new DataqueryBuilder()
      .refId(refIds.charAt(index))
      .datasource(datasource)
      .expr(expression)
      .exemplar(expression.includes("_bucket{") && format !== PromQueryFormat.Table)
      .legendFormat(legend);
    return format === PromQueryFormat.Table ? query.instant().format(format) : query.range();
  });

/** Makers of one kind of panel, by the unit of what it shows. Grafana has 24 columns. */
const inUnits = (
  span: number,
  height: number,
  finish: (described: <Builder extends PanelBuilder>(builder: Builder) => Builder) => PanelBuilder,
  format = PromQueryFormat.TimeSeries,
) => {
  const inUnit =
    (unit: "s" | "bytes" | "short" | "reqps" | "percentunit") =>
    (description: string, ...queries: ReadonlyArray<Query>): Untitled =>
    (title) =>
      finish((builder) => {
        builder
          .title(title)
          .description(description)
          .datasource(datasource)
          .unit(unit)
          .span(span)
          .height(height)
          .targets(targets(queries, format));
        return builder;
      });
  return {
    bytes: inUnit("bytes"),
    count: inUnit("short"),
    part: inUnit("percentunit"),
    rate: inUnit("reqps"),
    seconds: inUnit("s"),
  };
};

/** Lines over time, three in a row. */
export const lines = inUnits(8, 8, (described) =>
  described(new TimeSeriesBuilder())
    .min(0)
    .fillOpacity(10)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi)),
);

/** One number, six in a row. */
export const number = inUnits(4, 4, (described) => described(new StatBuilder()));

/** Current values, a line for each series; two in a row. */
export const table = inUnits(
  12,
  8,
  (described) => described(new TableBuilder()),
  PromQueryFormat.Table,
);

/** The panel with another width than those of its kind. */
export const spanning =
  (columns: number, panel: Untitled): Untitled =>
  (title) =>
    panel(title).span(columns);
