/** Units by UCUM code, in the words that Prometheus names end in (OpenTelemetry's "Prometheus and OpenMetrics Compatibility"). */
export const unitWords: ReadonlyMap<string, string> = new Map(
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

const codes = new Map([...unitWords].map(([code, word]) => [word, code]));

/** Durations leave in seconds, Prometheus's base unit, whatever they were recorded in. */
const secondDivisors = new Map([
  ["ms", 1e3],
  ["us", 1e6],
  ["ns", 1e9],
]);

/** A unit, and the number that recorded values are divided by to be in it. */
export interface ReadUnit {
  /** UCUM. */
  readonly unit: string;
  readonly divisor: number;
}

/** The unit in which a metric leaves; `recorded` is in UCUM, or in words as Effect's timers and tags have it. */
export const toReadUnit = (recorded: string): ReadUnit => {
  const code = recorded === "" ? "" : (codes.get(recorded) ?? recorded);
  const divisor = secondDivisors.get(code);
  return divisor === undefined ? { unit: code, divisor: 1 } : { unit: "s", divisor };
};

/** Whether this names a unit: in UCUM, as an annotation such as `{call}`, or in words as Effect's timers do. */
export const isUnit = (text: string): boolean =>
  unitWords.has(text) || (text !== "" && codes.has(text)) || /^\{[^{}]*\}$/.test(text);
