import type { FamilyHeader } from "../families/family.ts";
import type { ExpositionFormat } from "../format.ts";
import { formatExemplar } from "./exemplar.ts";
import { escapeQuoted, renderLines, type SeriesSyntax } from "../text/series.ts";

const encoder = new TextEncoder();

/** OpenMetrics 1.0, "MetricTypes": counts are neither negative nor `NaN`, and the values of quantiles are not negative. */
const syntax: SeriesSyntax = {
  suffix: formatExemplar,
  allows: (sample, value) => {
    if (sample === "gauge") return true;
    return value >= 0 || (sample === "quantile" && Number.isNaN(value));
  },
  // Where observations may be negative the sum may fall, and a count comes only with a sum.
  hasSum: (bounds) => (bounds[0] ?? 0) >= 0,
  hasCreated: false,
};

/**
 * OpenMetrics 1.0.0, in its text form. Families carry no `_total`, samples of counters do; created timestamps are left out,
 * because a server that does not know them takes each for a series of its own. See {@link withCreated}.
 */
export const openMetricsText: ExpositionFormat = {
  id: "openmetrics",
  mediaType: "application/openmetrics-text",
  parameters: { version: "1.0.0", charset: "utf-8" },
  // OpenMetrics 1.0.0 prescribes its `Content-Type` without an escaping scheme.
  namesEscaping: "asked",
  familyStart: ({ name, type, help, unit }: FamilyHeader) => {
    const unitLine = unit === "" ? "" : `# UNIT ${name} ${unit}\n`;
    const helpLine = help === "" ? "" : `# HELP ${name} ${escapeQuoted(help)}\n`;
    return encoder.encode(`# TYPE ${name} ${type}\n${unitLine}${helpLine}`);
  },
  renderChunk: (chunk, previous) => renderLines(chunk, previous, syntax),
  end: encoder.encode("# EOF\n"),
};

/** The draft that older servers ask for, with the same bytes: 1.0.0 only adds what readers of the draft know in all servers. */
export const openMetricsText001: ExpositionFormat = {
  ...openMetricsText,
  parameters: { ...openMetricsText.parameters, version: "0.0.1" },
  namesEscaping: "never",
};

/** A version of OpenMetrics with created timestamps (OpenMetrics 1.0, "Counter" and "Histogram"). */
export const withCreated = (format: ExpositionFormat): ExpositionFormat => ({
  ...format,
  id: `${format.id}-created`,
  renderChunk: (chunk, previous) => renderLines(chunk, previous, { ...syntax, hasCreated: true }),
});
