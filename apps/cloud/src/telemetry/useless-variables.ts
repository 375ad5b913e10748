/** Variables that the daemon honours and this app does not, by the beginning of their names, with the reason after "because". */
const reasons: ReadonlyArray<readonly [names: RegExp, reason: string]> = [
  [
    /^OTEL_(EXPORTER_OTLP_METRICS_|METRIC_EXPORT_)/,
    "the cloud app pushes no metrics: scrape GET /api/metrics",
  ],
  [/^OTEL_(EXPORTER_OTLP_LOGS_|BLRP_)/, "the cloud app pushes no logs: the platform keeps them"],
];

/** Sentences about those that are set and have no effect here. */
export const uselessVariables = (variables: ReadonlyMap<string, string>): ReadonlyArray<string> =>
  [...variables].flatMap(([name, text]) => {
    const [, reason] = reasons.find(([names]) => names.test(name)) ?? [];
    return reason === undefined || text.trim() === ""
      ? []
      : [`${name} has no effect, because ${reason}.`];
  });
