import type { Pairs } from "@executor/telemetry/reading";
import type { Family, FamilyHeader } from "./families/family.ts";
import { type FamiliesOptions, toFamilies } from "./families/series-index.ts";
import type { ExpositionFormat } from "./format.ts";
import { escapeHelp, renderLines, type SeriesSyntax } from "./text/series.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Every sample may have any value, and no suffix. */
const syntax: SeriesSyntax = {
  suffix: () => "",
  allows: () => true,
  hasSum: () => true,
  hasCreated: false,
};

/** Prometheus's text format, version 0.0.4. */
export const prometheusText: ExpositionFormat = {
  id: "text",
  mediaType: "text/plain",
  parameters: { version: "0.0.4", charset: "utf-8" },
  namesEscaping: "never",
  familyStart: ({ name, type, help }: FamilyHeader) => {
    const written = type === "counter" ? `${name}_total` : name;
    const helpLine = help === "" ? "" : `# HELP ${written} ${escapeHelp(help)}\n`;
    return encoder.encode(`${helpLine}# TYPE ${written} ${type}\n`);
  },
  renderChunk: (chunk, previous) => renderLines(chunk, previous, syntax),
  end: new Uint8Array(0),
};

/**
 * Version 1.0.0 has the same bytes: it only adds quoted names, all names here are legal without quotes, and every escaping
 * scheme leaves legal names as they are.
 */
export const prometheusText100: ExpositionFormat = {
  ...prometheusText,
  parameters: { ...prometheusText.parameters, version: "1.0.0" },
  namesEscaping: "always",
};

/** A snapshot of Effect's registry in text format 0.0.4. `SeriesIndex` repairs series that cannot be written as they are. */
export const renderPrometheus = (pairs: Pairs, options?: FamiliesOptions): string =>
  writePrometheus(toFamilies(pairs, options).families);

/** Families in Prometheus's text format 0.0.4; `""` for none. */
export const writePrometheus = (families: ReadonlyArray<Family>): string =>
  families
    .map((family) => {
      const chunk = { header: family, series: family.series, version: 0 };
      const { bytes } = prometheusText.renderChunk(chunk, undefined);
      const start = prometheusText.familyStart(family, bytes.length);
      return decoder.decode(start) + decoder.decode(bytes);
    })
    .join("");
