import { conventionsSection } from "./conventions.ts";
import { type Instrument, instruments } from "./instruments.ts";
import { boundOf } from "./label-bounds.ts";

/** A label whose value follows from another one, nearly always, and multiplies nothing. */
const implied: ReadonlyArray<readonly [label: string, by: string]> = [
  ["executor.source", "mcp.tool.name"],
  ["server.address", "executor.source"],
  ["server.port", "executor.source"],
  ["kind", "executor.source"],
  ["network.transport", "server.address"],
  ["mcp.protocol.version", "server.address"],
  ["error.type", "http.response.status_code"],
  ["error.type", "rpc.response.status_code"],
  ["gen_ai.operation.name", "gen_ai.tool.name"],
];

/** Lines of a scrape for one label set: buckets, `_sum` and `_count` of a histogram, else one. */
const linesPerSet = ({ definition: { boundaries } }: Instrument): number =>
  boundaries === undefined ? 1 : boundaries.values.length + 2;

/** `14 × tools`: the series that all combinations of the labels' values would make. */
const cost = (metric: Instrument): string => {
  const { name, labels } = metric.definition;
  const counts = labels
    .filter((label) => !implied.some(([other, by]) => other === label && labels.includes(by)))
    .map((label) => boundOf(name, label).count);
  const lines = counts.reduce<number>(
    (product, count) => (typeof count === "number" ? product * count : product),
    linesPerSet(metric),
  );
  return [String(lines), ...counts.filter((count) => typeof count === "string")].join(" × ");
};

const type = ({ definition }: Instrument): string => {
  const { boundaries } = definition;
  if (boundaries === undefined) return definition.type;
  const finite = boundaries.values.filter(Number.isFinite);
  return `histogram, ${finite.length} bounds from ${finite[0]} to ${finite.at(-1)}`;
};

const cell = (text: string): string => text.replaceAll("|", "\\|");

const row = (cells: ReadonlyArray<string>): string => `| ${cells.map(cell).join(" | ")} |`;

const unitOf = (unit: string): string => (unit === "" ? "" : `\`${unit}\``);

const overviewRows = instruments.map((metric) =>
  row([
    `[\`${metric.definition.name}\`](#${anchor(metric)})`,
    `\`${metric.prometheusName}\``,
    metric.definition.type,
    unitOf(metric.definition.unit),
    metric.definition.description,
    cost(metric),
  ]),
);

function anchor({ definition }: Instrument): string {
  return definition.name.replaceAll(".", "");
}

const labelRows = ({ definition: { name, labels }, prometheusLabels }: Instrument) =>
  labels.map((label) =>
    row([`\`${label}\``, `\`${prometheusLabels.get(label)}\``, boundOf(name, label).values]),
  );

const section = (metric: Instrument): string => {
  const { definition, prometheusName, budget } = metric;
  const { detail, name, description, unit, labels, maxLabelSets } = definition;
  const grows = typeof maxLabelSets === "function" ? ", more as tools are added" : "";
  const shared =
    detail === undefined ? "" : `, ${detail.sets} with a \`${detail.label}\` of their own`;
  const facts = [
    `- Prometheus: \`${prometheusName}\``,
    `- Type: ${type(metric)}`,
    `- Unit: ${unit === "" ? "none" : unitOf(unit)}`,
    `- Budget: ${budget} label set${budget === 1 ? "" : "s"}${grows}${shared}; ${linesPerSet(metric)} series each`,
  ];
  const table = ["| label | in Prometheus | values |", "| --- | --- | --- |", ...labelRows(metric)];
  const parts = [facts, ...(labels.length === 0 ? [] : [table])].map((lines) => lines.join("\n"));
  return [`### ${name}`, description, ...parts].join("\n\n");
};

const introduction = `# Metrics

Written by \`bun run metrics:docs\` from the code that records; a test fails when it is stale. What to ask of these metrics is in
[docs/metrics.md](docs/metrics.md), how to push them in [docs/push.md](docs/push.md), dashboards and rules in
[packages/observability](packages/observability/README.md).

A histogram's samples are \`_bucket\`, \`_sum\` and \`_count\`. The cost is the number of series that every combination of the
labels' values would make; few combinations occur: an idle daemon exposes fewer than 80 series, and one with GitHub's 1,223 tools,
of which 100 were called 1,000 times, fewer than 600. Each further tool that is called adds one for each of its outcomes. Effect's
own metrics of its fibers are left out.`;

const budgets = `## Budgets

Every metric holds a limited number of label sets: 2,000 unless the table says otherwise, and for the tools' metrics what the
tools of the catalogue need. All metrics together hold 100,000. What would exceed either goes to one series of the metric
with the label \`otel.metric.overflow="true"\` and is counted in \`executor.metrics.overflow\`, so that sums stay exact. Metrics whose
names begin with \`executor.metrics.\` are outside the total: they must be there to tell that it is spent. A value is cut at 128 bytes.

The durations of tool calls are a histogram, whose series are many, so they are told apart for the first 8 tools that are called;
those of others are in the series of their source with the tool \`_OTHER\`, and nothing is lost of a source's quantiles. Counts are told
apart for every tool. \`EXECUTOR_METRICS_MAX_SERIES_PER_METRIC=executor.tool.call.duration=200\` does that for 200 tools.

| variable | meaning | default |
| --- | --- | --- |
| \`EXECUTOR_METRICS_MAX_SERIES\` | label sets of all metrics together | 100000 |
| \`EXECUTOR_METRICS_MAX_SERIES_PER_METRIC\` | \`name=count,name=count\`, OpenTelemetry names | as declared |

A label set costs about 1 kB of memory as a counter or gauge and 1.6 kB as a histogram. No label holds what a client, an agent or
an upstream wrote: names come from the catalogue of tools, the configuration, or lists in the code.

### Sources that are removed

A removed source's gauges leave the scrape at once. Its counters and histograms stay as they are until the daemon restarts, because
Effect's registry forgets nothing; a source that is added again under the same namespace goes on counting in them. They count
against the budgets, which therefore bound them too: at most the 100,000 label sets above, whatever is added and removed.
Where sources come and go so often that a budget is spent by sources that are gone, the newest calls are in the overflow
series; raise the budget, or restart the daemon. Its tools keep their places among the 8 whose durations are told apart.`;

/** The page `METRICS.md`. */
export const metricsPage = (): string =>
  [
    introduction,
    [
      "| OpenTelemetry | Prometheus | type | unit | meaning | cost in series |",
      "| --- | --- | --- | --- | --- | --- |",
      ...overviewRows,
    ].join("\n"),
    budgets,
    conventionsSection(),
    "## Labels and budgets of each metric",
    ...instruments.map(section),
    "",
  ]
    .join("\n\n")
    .trimEnd() + "\n";
