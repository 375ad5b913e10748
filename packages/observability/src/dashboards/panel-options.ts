import type * as cog from "@grafana/grafana-foundation-sdk/cog";
import {
  LegendDisplayMode,
  LegendPlacement,
  TooltipDisplayMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TableBuilder } from "@grafana/grafana-foundation-sdk/table";
import { PanelBuilder as TimeSeriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";

export interface Query {
  readonly expression: string;
  /** Grafana's legend template, such as `{{outcome}}`. */
  readonly legend: string;
}

/** Grafana's names of units. */
export type Unit = "s" | "bytes" | "short" | "reqps" | "percentunit";

export interface PanelOptions {
  readonly title: string;
  /** The question that it answers. */
  readonly description: string;
  readonly unit: Unit;
  readonly queries: ReadonlyArray<Query>;
}

/** A row of panels under a heading. */
export interface Row {
  readonly title: string;
  readonly panels: ReadonlyArray<cog.Builder<Panel>>;
}

export const datasource = { type: "prometheus", uid: "${datasource}" };

/** Grafana has 24 columns. */
const columns = 24;

const refIds = "ABCDEFGH";

const queries = (options: PanelOptions, format: PromQueryFormat) =>
  options.queries.map(({ expression, legend }, index) => {
    const query = new DataqueryBuilder()
      .refId(refIds.charAt(index))
      .datasource(datasource)
      .expr(expression)
      .legendFormat(legend);
    return format === PromQueryFormat.Table ? query.instant().format(format) : query.range();
  });

/** Lines over time, three or two to a row. */
export const lines = (options: PanelOptions, span = 8): cog.Builder<Panel> =>
  new TimeSeriesBuilder()
    .title(options.title)
    .description(options.description)
    .datasource(datasource)
    .unit(options.unit)
    .min(0)
    .fillOpacity(10)
    .span(span)
    .height(8)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi))
    .targets(queries(options, PromQueryFormat.TimeSeries));

/** One number, six to a row. */
export const number = (options: PanelOptions): cog.Builder<Panel> =>
  new StatBuilder()
    .title(options.title)
    .description(options.description)
    .datasource(datasource)
    .unit(options.unit)
    .span(columns / 6)
    .height(4)
    .targets(queries(options, PromQueryFormat.TimeSeries));

/** What is now, a line for each series. */
export const table = (options: PanelOptions, span = 12): cog.Builder<Panel> =>
  new TableBuilder()
    .title(options.title)
    .description(options.description)
    .datasource(datasource)
    .unit(options.unit)
    .span(span)
    .height(8)
    .targets(queries(options, PromQueryFormat.Table));
