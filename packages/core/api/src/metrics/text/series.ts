import type {
  HistogramSeries,
  NumberSeries,
  Series,
  SummarySeries,
} from "@executor/telemetry/reading";
import type { Chunk, FamilySeries, FamilyType, Labels } from "../families/family.ts";
import type { EncodedChunk } from "../format.ts";
import { EncodedLines, formatValue, LinesPatch, LinesWriter } from "./lines.ts";

/** The differences between the text formats in how they write series. */
export interface SeriesSyntax {
  /** The text after the value of a counter, or of a histogram's bucket; `""` for none. */
  readonly suffix: (reading: Series, bucket: number) => string;
  /** Whether this sample may have a value. A sample with a forbidden value is left out. */
  readonly allows: (sample: SampleKind, value: number) => boolean;
  /** Whether a histogram with these bounds has a sum and a count. */
  readonly hasSum: (bounds: ReadonlyArray<number>) => boolean;
  /** Whether counters and histograms have a sample that tells when they began to count, where that is known. */
  readonly hasCreated: boolean;
}

/** `sum` is a histogram's or a summary's. */
export type SampleKind = "counter" | "gauge" | "sum" | "quantile";

const writer = new LinesWriter();
const patch = new LinesPatch();

/** The lines of a chunk, made from those of `previous` where only values changed. */
export const renderLines = (
  { header, series }: Chunk,
  previous: EncodedChunk | undefined,
  syntax: SeriesSyntax,
): EncodedChunk => {
  const { type } = header;
  const patched =
    previous instanceof EncodedLines && type !== "summary"
      ? patchSeries(type, series, previous, syntax)
      : undefined;
  if (patched !== undefined) return patched;
  const name = type === "counter" ? `${header.name}_total` : header.name;
  writer.clear();
  for (const { labels, reading } of series) {
    const own = formatLabels(labels);
    if (reading.type === "histogram") writeHistogram(name, own, reading, syntax);
    else if (reading.type === "summary") writeSummary(name, own, reading, syntax);
    else writeNumber(type === "counter" ? type : "gauge", name, own, reading, syntax);
    if (syntax.hasCreated && type !== "gauge") writeCreated(header.name, own, reading);
  }
  return writer.take();
};

const writeNumber = (
  type: "counter" | "gauge",
  name: string,
  own: string,
  reading: NumberSeries,
  syntax: SeriesSyntax,
): void => {
  const { value } = reading;
  if (!syntax.allows(type, Number(value))) {
    writer.unpatchable();
    return;
  }
  writer.lines.text(`${name}${braced(own)} `);
  writer.value(value, type === "counter" ? syntax.suffix(reading, 0) : "");
};

const writeHistogram = (
  name: string,
  own: string,
  reading: HistogramSeries,
  syntax: SeriesSyntax,
): void => {
  const { lines } = writer;
  const { bounds, counts, count, sum } = reading;
  const start = lines.length;
  lines.text(`${name}_bucket{${own === "" ? "" : `${own},`}le="`);
  const end = lines.length;
  for (const [index, bound] of boundTexts(bounds).entries()) {
    if (index > 0) lines.repeat(start, end);
    lines.bytes(bound);
    writer.value(counts[index] ?? 0, syntax.suffix(reading, index));
  }
  if (!syntax.hasSum(bounds) || !syntax.allows("sum", sum)) {
    writer.unpatchable();
    return;
  }
  lines.text(`${name}_sum${braced(own)} `);
  writer.value(sum, "");
  lines.text(`${name}_count${braced(own)} `);
  writer.value(count, "");
};

const writeSummary = (
  name: string,
  own: string,
  { quantiles, count, sum }: SummarySeries,
  syntax: SeriesSyntax,
): void => {
  for (const [quantile, value] of quantiles) {
    if (!syntax.allows("quantile", value)) continue;
    const labels = `${own === "" ? "" : `${own},`}quantile="${formatBound(quantile)}"`;
    writer.lines.text(`${name}{${labels}} `);
    writer.value(value, "");
  }
  if (syntax.allows("sum", sum)) {
    writer.lines.text(`${name}_sum${braced(own)} `);
    writer.value(sum, "");
  }
  writer.lines.text(`${name}_count${braced(own)} `);
  writer.value(count, "");
};

/** It has no place for a value: a series that begins anew is another one. */
const writeCreated = (name: string, own: string, { createdAt }: Series): void => {
  if (createdAt === undefined) return;
  writer.lines.text(`${name}_created${braced(own)} ${createdAt.toFixed(3)}\n`);
};

/** Bytes by which a chunk with sums or gauges grows at most, as a rule. */
const slack = 64;

/** `undefined` where the lines themselves have to change. */
const patchSeries = (
  type: FamilyType,
  series: ReadonlyArray<FamilySeries>,
  previous: EncodedLines,
  syntax: SeriesSyntax,
): EncodedChunk | undefined => {
  const written = patch.begin(previous, type === "counter" ? 0 : slack);
  if (written === undefined) return undefined;
  let slot = 0;
  const kind = type === "counter" ? type : "gauge";
  for (const one of series) {
    const { value } = one;
    if (value === undefined) {
      const { reading } = one;
      if (reading.type !== "histogram") return undefined;
      if (!patchHistogram(reading, slot, written, syntax)) return undefined;
      slot += reading.bounds.length + 2;
    } else {
      if (value !== written[slot]) {
        if (typeof value === "bigint" || !syntax.allows(kind, value)) return undefined;
        if (!Object.is(value, written[slot])) {
          const isMarked = kind === "counter" && one.exemplar !== undefined;
          patch.set(slot, value, isMarked ? syntax.suffix(one.reading, 0) : "");
        }
      }
      slot += 1;
    }
  }
  return patch.finish();
};

const patchHistogram = (
  reading: HistogramSeries,
  slot: number,
  written: Float64Array,
  syntax: SeriesSyntax,
): boolean => {
  const { counts, count: total, sum } = reading;
  const sumSlot = slot + counts.length;
  const sumChanged = !Object.is(sum, written[sumSlot]);
  // A histogram without new observations has neither a new count nor a new sum.
  if (!sumChanged && total === written[sumSlot + 1]) return true;
  if (!syntax.allows("sum", sum)) return false;
  for (let index = 0; index < counts.length; index += 1) {
    const count = counts[index] ?? 0;
    if (count !== written[slot + index]) {
      patch.set(slot + index, count, syntax.suffix(reading, index));
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

const escapeRune = (rune: string): string => (rune === "\n" ? "\\n" : `\\${rune}`);

/**
 * The value of an `le` or `quantile` label: Go's `%g` with a point in it, such as `0.25`, `1.0`, `1e-05`, `1.048576e+06`
 * (OpenMetrics 1.0, "Considerations: Canonical Numbers").
 *
 * Every format writes this form, text 0.0.4 included. Prometheus 3 stores it whatever it reads, and Prometheus 2 and
 * VictoriaMetrics store what they read: with `le="1"` in one format and `le="1.0"` in another, a server that changes
 * the format it asks for would break the series in two.
 */
export const formatBound = (bound: number): string => {
  if (!Number.isFinite(bound)) return formatValue(bound);
  const [digits = "0", power = "0"] = bound.toExponential().split("e");
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 6) {
    const sign = exponent < 0 ? "-" : "+";
    return `${digits}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
  }
  const plain = String(bound);
  return plain.includes(".") ? plain : `${plain}.0`;
};
