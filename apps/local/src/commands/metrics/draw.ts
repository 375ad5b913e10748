import { type Column, cut, table } from "../../terminal/table.ts";
import { bytes, seconds, significant } from "../../terminal/units.ts";
import type { Activity, MetricsView } from "./view.ts";

export interface Frame {
  /** Terminal cells in a line. */
  readonly width: number;
  /** Rows of sources at most, and of tools at most; the busiest are shown. */
  readonly top: number;
  /** Lines at most; unlimited unless given. */
  readonly height?: number;
}

/** A view as text. Totals and durations count from the daemon's start, rates from the reading before. */
export const drawView = (view: MetricsView, { width, top, height }: Frame): string => {
  const { executions, approvals, push } = view;
  const room = (height ?? Number.POSITIVE_INFINITY) - linesBesideRows;
  const shownSources = view.sources.slice(0, Math.max(1, Math.min(top, Math.floor(room / 2))));
  const shownTools = view.tools.slice(0, Math.max(1, Math.min(top, room - shownSources.length)));
  const facts = [
    `Daemon      up ${amount(view.uptimeSeconds, seconds)}, memory ${amount(view.memoryBytes, bytes)}, ` +
      `event loop p99 ${amount(view.eventLoopDelayP99Seconds, seconds)}, ${view.series} series`,
    `Executions  ${executions.running} running, ${executions.paused} paused${counts(executions.ended)}`,
    `Approvals   ${waiting(approvals.oldestSeconds)}${counts(approvals.decided)}`,
    `Push        ${
      push === null
        ? "off"
        : `${push.exported} data points exported, ${push.failed} failed, last success ${push.lastSuccess ?? "never"}`
    }`,
  ].map((line) => cut(line, width));
  const tools = table(toolColumns, shownTools, width);
  return [
    ...facts,
    "",
    table(sourceColumns, shownSources, width),
    "",
    view.tools.length === 0 ? "No tool was called yet." : tools,
  ].join("\n");
};

/** Lines of facts and of titles, and the empty lines between them. */
const linesBesideRows = 8;

const activityColumns: ReadonlyArray<Column<Activity>> = [
  ["CALLS/S", ({ callsPerSecond }: Activity) => amount(callsPerSecond, significant)] as const,
  ["ERRORS/S", ({ errorsPerSecond }: Activity) => amount(errorsPerSecond, significant)] as const,
  ["CALLS", ({ calls }: Activity) => String(calls)] as const,
  ["ERRORS", ({ errors }: Activity) => String(errors)] as const,
  ["P50", ({ p50Seconds }: Activity) => amount(p50Seconds, seconds)] as const,
  ["P95", ({ p95Seconds }: Activity) => amount(p95Seconds, seconds)] as const,
].map(([title, cell]) => ({ title, align: "right", cell }));

const sourceColumns: ReadonlyArray<Column<MetricsView["sources"][number]>> = [
  { title: "SOURCE", cell: ({ source }) => source },
  { title: "UP", cell: ({ up }) => (up === null ? "-" : up ? "yes" : "no") },
  ...activityColumns,
];

const toolColumns: ReadonlyArray<Column<MetricsView["tools"][number]>> = [
  { title: "TOOL", cell: ({ tool }) => tool },
  ...activityColumns,
];

const amount = (value: number | null, write: (value: number) => string): string =>
  value === null ? "-" : write(value);

const waiting = (oldestSeconds: number | null): string =>
  oldestSeconds === null || oldestSeconds === 0
    ? "none waits"
    : `the oldest waits since ${seconds(oldestSeconds)}`;

const counts = (parts: Readonly<Record<string, number>>): string =>
  Object.entries(parts)
    .map(([name, count]) => `, ${count} ${name.replaceAll("_", " ")}`)
    .join("");
