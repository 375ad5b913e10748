import type {
  HistogramSeries,
  Labels,
  Leaf,
  ScalarSeries,
  Series,
  SummarySeries,
} from "../families/family.ts";
import type { EncodedChunk } from "../format.ts";
import { formatBound } from "./numbers.ts";
import { EncodedLines, LinesPatch, LinesWriter } from "./lines.ts";

/** The differences between the text formats in how they write series. */
export interface SeriesSyntax {
  /** The text after the value of a counter, or of a histogram's bucket; `""` for none. */
  readonly suffix: (series: ScalarSeries | HistogramSeries, bucket: number) => string;
  /** Whether this sample may have a value. A sample with a forbidden value is left out. */
  readonly allows: (sample: SampleKind, value: number) => boolean;
  /** Whether a histogram with these bounds has a sum and a count. */
  readonly hasSum: (bounds: ReadonlyArray<number>) => boolean;
}

/** `sum` is a histogram's or a summary's. */
export type SampleKind = "counter" | "gauge" | "sum" | "quantile";

const writer = new LinesWriter();
const patch = new LinesPatch();

/** The lines of a leaf, made from those of `previous` where only values changed. */
export const renderLines = (
  { header, series }: Leaf,
  previous: EncodedChunk | undefined,
  syntax: SeriesSyntax,
): EncodedChunk => {
  const patched =
    previous instanceof EncodedLines && header.type !== "summary"
      ? patchSeries(series, previous, syntax)
      : undefined;
  if (patched !== undefined) return patched;
  const name = header.type === "counter" ? `${header.name}_total` : header.name;
  writer.clear();
  for (const one of series) writeSeries(name, one, syntax);
  return writer.take();
};

const writeSeries = (name: string, series: Series, syntax: SeriesSyntax): void => {
  if (series.type === "histogram") writeHistogram(name, series, syntax);
  else if (series.type === "summary") writeSummary(name, series, syntax);
  else writeScalar(name, series, syntax);
};

const writeScalar = (name: string, series: ScalarSeries, syntax: SeriesSyntax): void => {
  const { type, value } = series;
  if (!syntax.allows(type, Number(value))) {
    writer.unpatchable();
    return;
  }
  writer.lines.text(`${name}${braced(formatLabels(series.labels))} `);
  writer.value(value, type === "counter" ? syntax.suffix(series, 0) : "");
};

const writeHistogram = (name: string, series: HistogramSeries, syntax: SeriesSyntax): void => {
  const { lines } = writer;
  const { counts, sum } = series;
  const own = formatLabels(series.labels);
  const start = lines.length;
  lines.text(`${name}_bucket{${own === "" ? "" : `${own},`}le="`);
  const end = lines.length;
  let total = 0;
  for (const [index, bound] of boundTexts(series.bounds).entries()) {
    if (index > 0) lines.repeat(start, end);
    lines.bytes(bound);
    total = counts[index] ?? 0;
    writer.value(total, syntax.suffix(series, index));
  }
  if (!syntax.hasSum(series.bounds) || !syntax.allows("sum", sum)) {
    writer.unpatchable();
    return;
  }
  lines.text(`${name}_sum${braced(own)} `);
  writer.value(sum, "");
  lines.text(`${name}_count${braced(own)} `);
  writer.value(total, "");
};

const writeSummary = (name: string, series: SummarySeries, syntax: SeriesSyntax): void => {
  const own = formatLabels(series.labels);
  for (const [quantile, value] of series.quantiles) {
    if (!syntax.allows("quantile", value)) continue;
    const labels = `${own === "" ? "" : `${own},`}quantile="${formatBound(quantile)}"`;
    writer.lines.text(`${name}{${labels}} `);
    writer.value(value, "");
  }
  if (syntax.allows("sum", series.sum)) {
    writer.lines.text(`${name}_sum${braced(own)} `);
    writer.value(series.sum, "");
  }
  writer.lines.text(`${name}_count${braced(own)} `);
  writer.value(series.count, "");
};

/** `undefined` where the lines themselves have to change. */
const patchSeries = (
  series: ReadonlyArray<Series>,
  previous: EncodedLines,
  syntax: SeriesSyntax,
): EncodedChunk | undefined => {
  const written = patch.begin(previous);
  if (written === undefined) return undefined;
  let slot = 0;
  for (const one of series) {
    if (one.type === "histogram") {
      if (!patchHistogram(one, slot, written, syntax)) return undefined;
      slot += one.bounds.length + 2;
    } else if (one.type !== "summary") {
      const { type, value } = one;
      if (value !== written[slot]) {
        if (typeof value === "bigint" || !syntax.allows(type, value)) return undefined;
        if (!Object.is(value, written[slot])) {
          patch.set(slot, value, type === "counter" ? syntax.suffix(one, 0) : "");
        }
      }
      slot += 1;
    }
  }
  return patch.finish();
};

const patchHistogram = (
  series: HistogramSeries,
  slot: number,
  written: Float64Array,
  syntax: SeriesSyntax,
): boolean => {
  const { counts, sum } = series;
  const sumSlot = slot + counts.length;
  const total = counts[counts.length - 1] ?? 0;
  const sumChanged = !Object.is(sum, written[sumSlot]);
  // A histogram without new observations has neither a new count nor a new sum.
  if (!sumChanged && total === written[sumSlot + 1]) return true;
  if (!syntax.allows("sum", sum)) return false;
  for (let index = 0; index < counts.length; index += 1) {
    const count = counts[index] ?? 0;
    if (count !== written[slot + index]) {
      patch.set(slot + index, count, syntax.suffix(series, index));
    }
  }
  if (sumChanged) patch.set(sumSlot, sum, "");
  if (total !== written[sumSlot + 1]) patch.set(sumSlot + 1, total, "");
  return true;
};

const encoder = new TextEncoder();
const knownBounds = new WeakMap<ReadonlyArray<number>, ReadonlyArray<Uint8Array>>();

/** The text between a bucket's labels and its value, for each bound. */
const boundTexts = (bounds: ReadonlyArray<number>): ReadonlyArray<Uint8Array> => {
  let texts = knownBounds.get(bounds);
  if (texts === undefined) {
    texts = bounds.map((bound) => encoder.encode(`${formatBound(bound)}"} `));
    knownBounds.set(bounds, texts);
  }
  return texts;
};

/** Labels without braces; `""` for none. */
export const formatLabels = (labels: Labels): string => {
  let text = "";
  for (const [name, value] of labels) {
    text += `${text === "" ? "" : ","}${name}="${escapeQuoted(value)}"`;
  }
  return text;
};

export const braced = (labels: string): string => (labels === "" ? "" : `{${labels}}`);

/** Escapes a label's value; OpenMetrics writes help texts in the same way. */
export const escapeQuoted = (text: string): string =>
  /[\\"\n]/.test(text) ? text.replace(/[\\"\n]/g, escapeRune) : text;

/** Escapes a help text of Prometheus's text format, where quotes are not escaped. */
export const escapeHelp = (help: string): string =>
  /[\\\n]/.test(help) ? help.replace(/[\\\n]/g, escapeRune) : help;

const escapes = new Map([
  ["\\", "\\\\"],
  ['"', '\\"'],
  ["\n", "\\n"],
]);

const escapeRune = (rune: string): string => escapes.get(rune) ?? rune;
