import {
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
} from "@grafana/grafana-foundation-sdk/common";
import {
  DashboardLinkBuilder,
  DashboardLinkType,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder as TimeSeriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import type { Settings } from "../settings.ts";
import type { Untitled } from "./panels.ts";

/** Values from which a panel is yellow and red; with `low`, below which. */
export interface Limits {
  readonly yellow?: number;
  readonly red: number;
  readonly low?: boolean;
}

const steps = ({ yellow, red, low = false }: Limits) => {
  const upwards = [
    { value: null, color: "green" },
    ...(yellow === undefined ? [] : [{ value: yellow, color: "yellow" }]),
    { value: red, color: "red" },
  ];
  const downwards = [
    { value: null, color: "red" },
    { value: red, color: yellow === undefined ? "green" : "yellow" },
    ...(yellow === undefined ? [] : [{ value: yellow, color: "green" }]),
  ];
  return low ? downwards : upwards;
};

/** The panel with colours, and with lines where it shows lines over time. */
export const limited =
  (limits: Limits, panel: Untitled): Untitled =>
  (title) => {
    const builder = panel(title).thresholds(
      new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps(limits)),
    );
    return builder instanceof TimeSeriesBuilder
      ? builder.thresholdsStyle(
          new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed),
        )
      : builder;
  };

/** The panel with links to an alert's runbook: at its title, and at each of its values. */
export const alerting =
  ({ runbooks }: Settings, alert: string, panel: Untitled): Untitled =>
  (title) => {
    const link = new DashboardLinkBuilder(`Runbook: ${alert}`)
      .type(DashboardLinkType.Link)
      .url(`${runbooks}#${alert.toLowerCase()}`)
      .targetBlank(true);
    return panel(title).links([link]).dataLinks([link]);
  };
