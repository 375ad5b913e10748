import { unitWords } from "@executor/telemetry/reading";

/** A unit in the words that Prometheus names end in, `""` for none. */
export interface UnitWords {
  /** Such as `seconds`, `bytes`. */
  readonly main: string;
  /** The word after `per_`, such as `second`. */
  readonly per: string;
}

const perWords = new Map(
  Object.entries({
    s: "second",
    m: "minute",
    h: "hour",
    d: "day",
    w: "week",
    mo: "month",
    y: "year",
  }),
);

/** Translates a UCUM unit, or a unit already in words. Annotations in braces are no unit. */
export const translateUnit = (unit: string): UnitWords => {
  const [main = "", per = ""] = unit.split("/", 2).map((part) => part.trim());
  return { main: toWord(main, unitWords), per: toWord(per, perWords) };
};

const toWord = (part: string, table: ReadonlyMap<string, string>): string =>
  /[{}]/.test(part)
    ? ""
    : (table.get(part) ?? part.replace(/[^a-zA-Z0-9]+/g, "_").replace(/^_|_$/g, ""));
