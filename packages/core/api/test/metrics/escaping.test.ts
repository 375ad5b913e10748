import { describe, expect, it } from "@effect/vitest";
import fc from "fast-check";
import {
  escapeLabelName,
  escapeMetricName,
  escapeName,
  escapingSchemes,
} from "../../src/metrics/escaping.ts";

const legalMetric = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const legalLabel = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const anyName = fc.oneof(
  fc.string({
    unit: fc.constantFrom("a", "Z", "_", ":", ".", "1", " ", "ä", "日", "🦜", "\ud800"),
  }),
  fc.string({ unit: "binary", maxLength: 8 }),
);

/** Reads back what `values` wrote, by the rules of Prometheus's "Escaping Schemes". */
const unescapeValues = (escaped: string): string =>
  escaped.startsWith("U__")
    ? escaped
        .slice(3)
        .replace(/__|_([0-9a-f]+)_/g, (_, hex: string | undefined) =>
          hex === undefined ? "_" : String.fromCodePoint(Number.parseInt(hex, 16)),
        )
    : escaped;

/** Reads back what `dots` wrote of a name of letters, digits, dots and underscores. */
const unescapeDots = (escaped: string): string =>
  escaped.replace(/_dot_|__/g, (match) => (match === "__" ? "_" : "."));

describe("escapeName", () => {
  const name = "mysystem.prod.west.cpu.load";
  const table: ReadonlyArray<
    readonly [name: string, underscores: string, dots: string, values: string]
  > = [
    ["", "", "", ""],
    [
      name,
      "mysystem_prod_west_cpu_load",
      "mysystem_dot_prod_dot_west_dot_cpu_dot_load",
      "U__mysystem_2e_prod_2e_west_2e_cpu_2e_load",
    ],
    [
      `${name}_total`,
      "mysystem_prod_west_cpu_load_total",
      "mysystem_dot_prod_dot_west_dot_cpu_dot_load__total",
      "U__mysystem_2e_prod_2e_west_2e_cpu_2e_load__total",
    ],
    [
      "no:escaping_required",
      "no:escaping_required",
      "no:escaping__required",
      "no:escaping_required",
    ],
    ["1st.a", "_st_a", "__st_dot_a", "U___31_st_2e_a"],
    ["花火", "__", "____", "U___82b1__706b_"],
    ["🦜", "_", "__", "U___1f99c_"],
    ["label with 😱", "label_with__", "label__with____", "U__label_20_with_20__1f631_"],
  ];
  for (const [utf8, underscores, dots, values] of table) {
    it(`writes ${JSON.stringify(utf8)} in each scheme`, () => {
      expect(escapingSchemes.map((scheme) => escapeName(utf8, scheme))).toEqual([
        utf8,
        underscores,
        dots,
        values,
      ]);
    });
  }

  it("makes legal names of any name, except where UTF-8 is allowed", () => {
    fc.assert(
      fc.property(anyName, fc.constantFrom(...escapingSchemes), (utf8, scheme) => {
        const escaped = escapeName(utf8, scheme);
        expect(
          scheme === "allow-utf-8" ? escaped === utf8 : escaped === "" || legalMetric.test(escaped),
        ).toBe(true);
        expect(escaped === "").toBe(utf8 === "");
      }),
    );
  });

  it("loses nothing under values, and nothing of dots and underscores under dots", () => {
    fc.assert(
      fc.property(anyName, (utf8) => {
        fc.pre(!utf8.startsWith("U__"));
        expect(unescapeValues(escapeName(utf8, "values"))).toBe(utf8.toWellFormed());
      }),
    );
    const dotted = fc.string({ unit: fc.constantFrom("a", "b", ".", "_") });
    fc.assert(
      fc.property(dotted, (utf8) => {
        fc.pre(!/_dot_/.test(utf8));
        expect(unescapeDots(escapeName(utf8, "dots"))).toBe(utf8);
      }),
    );
  });
});

describe("the names of an exposition", () => {
  it("stand as they are where they are legal, under every scheme", () => {
    fc.assert(
      fc.property(anyName, fc.constantFrom(...escapingSchemes), (utf8, scheme) => {
        expect(escapeMetricName(utf8, scheme)).toBe(
          legalMetric.test(utf8) ? utf8 : escapeName(utf8, scheme),
        );
        const label = escapeLabelName(utf8, scheme);
        const isKept = legalLabel.test(utf8) || scheme === "allow-utf-8";
        expect(isKept ? label === utf8 : label === "" || legalLabel.test(label)).toBe(true);
      }),
    );
  });

  it("may have a colon in a metric's name and never in a label's", () => {
    const names = (escape: typeof escapeName) =>
      escapingSchemes.map((scheme) => escape("a:b_c", scheme));
    expect(names(escapeMetricName)).toEqual(["a:b_c", "a:b_c", "a:b_c", "a:b_c"]);
    expect(names(escapeLabelName)).toEqual(["a:b_c", "a_b_c", "a__b__c", "U__a_3a_b__c"]);
  });
});
