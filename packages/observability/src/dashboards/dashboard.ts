import {
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { instrument, labelOf } from "../instruments.ts";
import { PanelIds } from "./panel-ids.ts";
import { datasource, type Untitled } from "./panels.ts";
import { promql } from "./queries.ts";

const variable = (name: string, label: string, query: string) =>
  new QueryVariableBuilder(name)
    .label(label)
    .datasource(datasource)
    .query({ query, refId: name })
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .multi(true)
    .includeAll(true)
    .allValue(".+")
    .current({ selected: true, text: ["All"], value: ["$__all"] });

/** The variable `$source`, for dashboards that tell sources apart. */
const sourceVariable = variable(
  "source",
  "Source",
  `label_values(${promql.series("executor.source.tools")}, ${labelOf("executor.source.tools", "executor.source")})`,
);

/** A dashboard as Grafana imports it, with panels by their titles and by the titles of their rows. */
export const dashboard = (options: {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** Whether it has the variable `$source`. */
  readonly bySource: boolean;
  /** A metric that every target has, by which targets are found; `executor.build_info` unless given. */
  readonly targets?: string;
  readonly rows: Readonly<Record<string, Readonly<Record<string, Untitled>>>>;
}): string => {
  const found = instrument(options.targets ?? "executor.build_info").prometheusName;
  const ids = new PanelIds();
  // oxlint-disable-next-line typescript/no-deprecated -- Grafana before 13 imports the classic schema only.
  const builder = new DashboardBuilder(options.title)
    .uid(options.uid)
    .description(options.description)
    .tags(["executor"])
    .editable()
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from: "now-1h", to: "now" })
    .refresh("30s")
    .link(
      new DashboardLinkBuilder("Executor")
        .type(DashboardLinkType.Dashboards)
        .tags(["executor"])
        .asDropdown(true)
        .keepTime(true)
        .includeVars(true),
    )
    .withVariable(
      new DatasourceVariableBuilder("datasource").label("Data source").type("prometheus"),
    )
    .withVariable(variable("job", "Job", `label_values(${found}, job)`))
    .withVariable(
      variable("instance", "Instance", `label_values(${found}{job=~"$job"}, instance)`),
    );
  if (options.bySource) builder.withVariable(sourceVariable);
  for (const [heading, panels] of Object.entries(options.rows)) {
    builder.withRow(new RowBuilder(heading).id(ids.of(heading)));
    for (const [title, panel] of Object.entries(panels)) {
      builder.withPanel(panel(title).id(ids.of(`${heading}/${title}`)));
    }
  }
  return `${JSON.stringify(builder.build(), null, 2)}\n`;
};
