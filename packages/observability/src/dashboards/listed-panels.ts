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
import type { Query } from "./queries.ts";

/** Grafana's names of units. */
export type Unit = "s" | "bytes" | "short" | "reqps" | "percentunit";

/** A row of panels under a heading. */
export interface Row {
  readonly title: string;
  readonly panels: ReadonlyArray<cog.Builder<Panel>>;
}

export const datasource = { type: "prometheus", uid: "${datasource}" };

/** Grafana has 24 columns. */
const columns = 24;

const refIds = "ABCDEFGH";

const targets = (queries: ReadonlyArray<Query>, format: PromQueryFormat) =>
  queries.map(({ expression, legend }, index) => {
    const query = new DataqueryBuilder()
      .refId(refIds.charAt(index))
      .datasource(datasource)
      .expr(expression)
      .legendFormat(legend);
    return format === PromQueryFormat.Table ? query.instant().format(format) : query.range();
  });

/** Lines over time, three in a row unless they have another span. */
export const lines = (
  title: string,
  description: string,
  unit: Unit,
  ...queries: ReadonlyArray<Query>
) =>
  new TimeSeriesBuilder()
    .title(title)
    .description(description)
    .datasource(datasource)
    .unit(unit)
    .min(0)
    .fillOpacity(10)
    .span(8)
    .height(8)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi))
    .targets(targets(queries, PromQueryFormat.TimeSeries));

/** One number, six in a row. */
export const number = (
  title: string,
  description: string,
  unit: Unit,
  ...queries: ReadonlyArray<Query>
) =>
  new StatBuilder()
    .title(title)
    .description(description)
    .datasource(datasource)
    .unit(unit)
    .span(columns / 6)
    .height(4)
    .targets(targets(queries, PromQueryFormat.TimeSeries));

/** Current values, a line for each series. */
export const table = (
  title: string,
  description: string,
  unit: Unit,
  ...queries: ReadonlyArray<Query>
) =>
  new TableBuilder()
    .title(title)
    .description(description)
    .datasource(datasource)
    .unit(unit)
    .span(12)
    .height(8)
    .targets(targets(queries, PromQueryFormat.Table));
