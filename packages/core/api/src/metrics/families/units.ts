/** A unit in the words that Prometheus names end in, `""` for none. */
export interface Unit {
  /** Such as `seconds`, `bytes`. */
  readonly main: string;
  /** What stands after `per_`, such as `second`. */
  readonly per: string;
  /** What recorded values are divided by to be in this unit. */
  readonly divisor: number;
}

/** UCUM to words, from OpenTelemetry's "Prometheus and OpenMetrics Compatibility" and its Prometheus translator. */
export const words = new Map(
  Object.entries({
    d: "days",
    h: "hours",
    min: "minutes",
    s: "seconds",
    ms: "milliseconds",
    us: "microseconds",
    ns: "nanoseconds",
    By: "bytes",
    KiBy: "kibibytes",
    MiBy: "mebibytes",
    GiBy: "gibibytes",
    TiBy: "tibibytes",
    KBy: "kilobytes",
    MBy: "megabytes",
    GBy: "gigabytes",
    TBy: "terabytes",
    m: "meters",
    V: "volts",
    A: "amperes",
    J: "joules",
    W: "watts",
    g: "grams",
    Cel: "celsius",
    Hz: "hertz",
    "%": "percent",
    "1": "",
  }),
);

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

/** Durations are exposed in seconds, Prometheus's base unit, whatever they were recorded in. */
const secondDivisors = new Map([
  ["milliseconds", 1e3],
  ["microseconds", 1e6],
  ["nanoseconds", 1e9],
]);

const knownWords = new Set(words.values());

/** Whether this names a unit: in UCUM, as an annotation such as `{call}`, or in words as Effect's timers do. */
export const isUnit = (text: string): boolean =>
  words.has(text) || (text !== "" && knownWords.has(text)) || /^\{[^{}]*\}$/.test(text);

/** Translates a UCUM unit, or a unit already in words. Annotations in braces are no unit. */
export const translateUnit = (unit: string): Unit => {
  const [mainPart = "", perPart = ""] = unit.split("/", 2).map((part) => part.trim());
  const main = toWord(mainPart, words);
  const per = toWord(perPart, perWords);
  const divisor = per === "" ? secondDivisors.get(main) : undefined;
  return divisor === undefined ? { main, per, divisor: 1 } : { main: "seconds", per, divisor };
};

const toWord = (part: string, table: ReadonlyMap<string, string>): string =>
  /[{}]/.test(part)
    ? ""
    : (table.get(part) ?? part.replace(/[^a-zA-Z0-9]+/g, "_").replace(/^_|_$/g, ""));
