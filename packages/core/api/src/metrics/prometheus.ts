import type { MetricPair } from "effect";
import { toFamilies } from "./families.ts";
import type { FamiliesOptions } from "./families.ts";
import type { Family, HistogramSeries, Labels, SummarySeries } from "./family.ts";
import { formatBound, formatValue } from "./numbers.ts";

/**
 * A snapshot of Effect's registry in Prometheus's text format 0.0.4. What cannot be written as it is, is repaired as
 * {@link toFamilies} describes.
 */
export const renderPrometheus = (
  pairs: Iterable<MetricPair.MetricPair.Untyped>,
  options?: FamiliesOptions,
): string => writePrometheus(toFamilies(pairs, options).families);

/** Families in Prometheus's text format 0.0.4; `""` for none. */
export const writePrometheus = (families: ReadonlyArray<Family>): string => {
  let text = "";
  for (const family of families) {
    const name = family.type === "counter" ? `${family.name}_total` : family.name;
    if (family.help !== "") text += `# HELP ${name} ${escapeHelp(family.help)}\n`;
    text += `# TYPE ${name} ${family.type}\n`;
    switch (family.type) {
      case "counter":
      case "gauge":
        for (const { labels, value } of family.series) {
          text += `${name}${braced(formatLabels(labels))} ${formatValue(value)}\n`;
        }
        break;
      case "histogram":
        for (const series of family.series) text += writeHistogram(name, series);
        break;
      case "summary":
        for (const series of family.series) text += writeSummary(name, series);
        break;
    }
  }
  return text;
};

const writeHistogram = (name: string, { labels, buckets, sum }: HistogramSeries): string => {
  const own = formatLabels(labels);
  const before = own === "" ? "" : `${own},`;
  let text = "";
  let total = 0;
  for (const [bound, count] of buckets) {
    text += `${name}_bucket{${before}le="${formatBound(bound)}"} ${formatValue(count)}\n`;
    total = count;
  }
  return `${text}${name}_sum${braced(own)} ${formatValue(sum)}\n${name}_count${braced(own)} ${formatValue(total)}\n`;
};

const writeSummary = (name: string, { labels, quantiles, sum, count }: SummarySeries): string => {
  const own = formatLabels(labels);
  const before = own === "" ? "" : `${own},`;
  let text = "";
  for (const [quantile, value] of quantiles) {
    text += `${name}{${before}quantile="${formatBound(quantile)}"} ${formatValue(value)}\n`;
  }
  return `${text}${name}_sum${braced(own)} ${formatValue(sum)}\n${name}_count${braced(own)} ${formatValue(count)}\n`;
};

const braced = (labels: string): string => (labels === "" ? "" : `{${labels}}`);

const formatLabels = (labels: Labels): string => {
  let text = "";
  for (const [name, value] of labels) {
    text += `${text === "" ? "" : ","}${name}="${escapeLabelValue(value)}"`;
  }
  return text;
};

const labelEscapes = new Map([
  ["\\", "\\\\"],
  ['"', '\\"'],
  ["\n", "\\n"],
]);

const escapeLabelValue = (value: string): string =>
  /[\\"\n]/.test(value) ? value.replace(/[\\"\n]/g, escapeRune) : value;

/** In help text a quote stands as it is. */
const escapeHelp = (help: string): string =>
  /[\\\n]/.test(help) ? help.replace(/[\\\n]/g, escapeRune) : help;

const escapeRune = (rune: string): string => labelEscapes.get(rune) ?? rune;
